from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import quota
from accounts.models import Allowance
from accounts.quota import Limit

# A window nobody outlives, so that no test runs across its end.
LONG = 10**9


@pytest.mark.django_db
def test_a_limit_grants_to_the_last_unit_and_no_further() -> None:
    granted = [quota.take_one(Limit("a", 3, LONG)) for _ in range(5)]
    assert granted == [True, True, True, False, False]
    assert quota.used("a", seconds=LONG) == 3


@pytest.mark.django_db
def test_a_batch_returns_the_keys_without_room_and_takes_the_others() -> None:
    quota.take([Limit("full", 2, LONG, amount=2)])
    left_out = quota.take([Limit("full", 2, LONG), Limit("free", 2, LONG), Limit("narrow", 2, LONG, amount=3)])
    assert left_out == {"full", "narrow"}
    assert quota.used("full", seconds=LONG) == 2
    assert quota.used("free", seconds=LONG) == 1
    assert quota.used("narrow", seconds=LONG) == 0


@pytest.mark.django_db
def test_an_amount_is_taken_whole_or_not_at_all() -> None:
    quota.take([Limit("a", 10, LONG, amount=8)])
    assert quota.take([Limit("a", 10, LONG, amount=3)]) == {"a"}
    assert quota.take([Limit("a", 10, LONG, amount=2)]) == set()


@pytest.mark.django_db
def test_nothing_wanted_takes_nothing() -> None:
    assert quota.take([]) == set()


@pytest.mark.django_db
def test_a_rollback_gives_the_units_back() -> None:
    with transaction.atomic():
        quota.take([Limit("a", 5, LONG)])
        transaction.set_rollback(True)
    assert quota.used("a", seconds=LONG) == 0


@pytest.mark.django_db
def test_a_whole_batch_is_one_statement(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        quota.take([Limit(f"key {n}", 5, LONG) for n in range(200)])


@pytest.mark.django_db
def test_windows_that_are_over_are_forgotten() -> None:
    ended = timezone.now() - timedelta(hours=2)
    Allowance.objects.create(key="old", window=1, used=1, ends_at=ended)
    Allowance.objects.create(key="about to end", window=1, used=1, ends_at=timezone.now() + timedelta(minutes=1))
    quota.take([Limit("new", 5, LONG)])
    assert quota.forget_ended() == 1
    assert set(Allowance.objects.values_list("key", flat=True)) == {"about to end", "new"}


@pytest.mark.django_db
def test_a_limit_is_open_again_in_the_next_window() -> None:
    quota.take([Limit("a", 1, LONG)])
    Allowance.objects.update(window=-1)
    assert quota.take_one(Limit("a", 1, LONG))


@pytest.mark.django_db(transaction=True)
def test_threads_at_once_get_exactly_what_is_allowed() -> None:
    allowed, threads, tries = 37, 6, 12
    granted: list[bool] = []
    start = threading.Barrier(threads)

    def work() -> None:
        try:
            start.wait()
            for _ in range(tries):
                granted.append(quota.take_one(Limit("shared", allowed, LONG)))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(granted) == threads * tries
    assert sum(granted) == allowed
    assert quota.used("shared", seconds=LONG) == allowed


@pytest.mark.django_db(transaction=True)
def test_batches_with_the_same_keys_in_other_orders_do_not_lock_each_other() -> None:
    keys = [f"key {n}" for n in range(20)]
    start = threading.Barrier(4)
    failed: list[BaseException] = []

    def work(order: list[str]) -> None:
        try:
            start.wait()
            for _ in range(15):
                with transaction.atomic():
                    quota.take(Limit(key, 10**6, LONG) for key in order)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    workers = [
        threading.Thread(target=work, args=(order,)) for order in (keys, keys[::-1], keys[10:] + keys[:10], keys)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    assert {quota.used(key, seconds=LONG) for key in keys} == {60}
