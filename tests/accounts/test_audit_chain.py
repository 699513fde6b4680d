"""The chain while many write: no fork, no deadlock, nothing left out; and what the owner of the tables does to it shows."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts import audit, audit_anchor, audit_chain, audit_verification
from accounts.audit_anchor import Anchor
from accounts.audit_verification import AuditFault, verify
from accounts.models import Account, AuditEntry, AuditSeal, UnsealedEntry
from tests import factories

pytestmark = pytest.mark.django_db
commits = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 240


@pytest.fixture(autouse=True)
def anchor(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR = tmp_path / "audit-anchor"
    return settings.AUDIT_ANCHOR


def write(count: int, **details: Any) -> list[int]:
    """Write entries as acts do, have them sealed, and return their ids."""
    caller = factories.service_caller(factories.account())
    for number in range(count):
        audit.log(caller, "test", f"target {number}", **details)
    audit_chain.seal()
    return list(AuditEntry.objects.order_by("id").values_list("id", flat=True))


def as_owner(*statements: str) -> None:
    """Do what only the owner of the tables can: with the triggers off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("accounts_auditentry", "accounts_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in ("accounts_auditentry", "accounts_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_is_never_emptied")


def kept(path: Path) -> Anchor | None:
    return audit_anchor.read(path)


@commits
def test_an_entry_is_sealed_as_soon_as_its_act_is_committed(anchor: Path) -> None:
    audit.log(factories.service_caller(factories.account()), "test", "target")
    entry = AuditEntry.objects.get().pk
    assert list(AuditSeal.objects.values_list("number", "entry_id")) == [(1, entry)]
    assert not UnsealedEntry.objects.exists()
    assert kept(anchor) == audit_chain.head()


@commits
def test_an_act_that_fails_leaves_neither_entry_nor_seal() -> None:
    with transaction.atomic():
        audit.log(factories.service_caller(factories.account()), "test", "target")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()
    assert not UnsealedEntry.objects.exists()
    assert not AuditSeal.objects.exists()


def test_an_act_that_ended_before_its_seal_is_sealed_by_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = factories.service_caller(factories.account())
    with transaction.atomic():
        audit.log(caller, "test", "target")
        # As if the process was killed right after its commit.
        connection.run_on_commit.clear()
    found = verify()
    assert (found.checked, found.waiting, found.broken) == (0, 1, None)
    assert found.waiting_since == AuditEntry.objects.get().at
    assert audit_chain.seal() == 1
    assert (verify().checked, verify().waiting) == (1, 0)


def test_more_entries_than_a_batch_are_sealed_in_one_go() -> None:
    caller = factories.service_caller(factories.account())
    with transaction.atomic():
        for _ in range(audit_chain.BATCH + 5):
            audit.log(caller, "test", "target")
        connection.run_on_commit.clear()
    assert audit_chain.seal() == audit_chain.BATCH + 5
    assert verify().checked == audit_chain.BATCH + 5


@commits
def test_an_act_does_not_wait_while_another_process_seals() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [audit_chain.LOCK])
        done: list[int] = []

        def act() -> None:
            try:
                done.extend(write(1))
            finally:
                connections.close_all()

        thread = threading.Thread(target=act)
        thread.start()
        thread.join(WAIT_SECONDS)
        assert done
    assert not AuditSeal.objects.exists()
    assert audit_chain.seal() == 1


@commits
def test_many_writers_make_one_chain_without_deadlock() -> None:
    """Acts lock rows before and after they write their entry, in one order, as the product's acts do."""
    accounts = [factories.account() for _ in range(4)]
    threads, acts, failures = 8, 20, []

    def work(seed: int) -> None:
        dice = random.Random(seed)
        try:
            for number in range(acts):
                first, second = sorted(dice.sample(accounts, 2), key=lambda account: account.pk)
                with transaction.atomic():
                    Account.objects.filter(pk=first.pk).update(app_id=F("app_id"))
                    audit.log(factories.service_caller(first), "test", f"{seed} {number} before")
                    Account.objects.filter(pk=second.pk).update(app_id=F("app_id"))
                    audit.log(factories.service_caller(second), "test", f"{seed} {number} after")
                    if dice.random() < 0.2:
                        transaction.set_rollback(True)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    running = [threading.Thread(target=work, args=(seed,)) for seed in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()
    assert failures == []
    audit_chain.seal()
    found = verify(anchor=audit_chain.head())
    assert found.broken is None
    assert found.waiting == 0
    assert found.checked == AuditEntry.objects.count() == AuditSeal.objects.count()
    numbers = list(AuditSeal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


Harm = Callable[[list[int]], list[str]]
# What is done to the tables -> what is named: the fault, and the place in the list of entries.
HARMS: dict[str, tuple[Harm, AuditFault, int]] = {
    "changed": (
        lambda ids: [f"UPDATE accounts_auditentry SET actor = 'eve' WHERE id = {ids[4]}"],
        AuditFault.CHANGED,
        4,
    ),
    "details changed": (
        lambda ids: [f"""UPDATE accounts_auditentry SET details = '{{"version": 4}}' WHERE id = {ids[4]}"""],
        AuditFault.CHANGED,
        4,
    ),
    "re-dated": (
        lambda ids: [f"UPDATE accounts_auditentry SET at = at + interval '1 microsecond' WHERE id = {ids[3]}"],
        AuditFault.CHANGED,
        3,
    ),
    "moved to another account": (
        lambda ids: [f"UPDATE accounts_auditentry SET account_id = NULL WHERE id = {ids[3]}"],
        AuditFault.CHANGED,
        3,
    ),
    "two swapped": (
        lambda ids: [
            f"UPDATE accounts_auditentry SET id = -1 WHERE id = {ids[2]}",
            f"UPDATE accounts_auditentry SET id = {ids[2]} WHERE id = {ids[6]}",
            f"UPDATE accounts_auditentry SET id = {ids[6]} WHERE id = -1",
        ],
        AuditFault.CHANGED,
        2,
    ),
    "two seals swapped": (
        lambda ids: [
            f"UPDATE accounts_auditseal SET number = -1 WHERE entry_id = {ids[2]}",
            f"UPDATE accounts_auditseal SET number = 3 WHERE entry_id = {ids[6]}",
            f"UPDATE accounts_auditseal SET number = 7 WHERE entry_id = {ids[2]}",
        ],
        AuditFault.SEAL_CHANGED,
        6,
    ),
    "removed": (lambda ids: [f"DELETE FROM accounts_auditentry WHERE id = {ids[5]}"], AuditFault.REMOVED, 5),
    "removed with its seal": (
        lambda ids: [
            f"DELETE FROM accounts_auditentry WHERE id = {ids[5]}",
            f"DELETE FROM accounts_auditseal WHERE entry_id = {ids[5]}",
        ],
        AuditFault.GAP,
        6,
    ),
    "removed with its seal, the others moved up": (
        lambda ids: [
            f"DELETE FROM accounts_auditentry WHERE id = {ids[5]}",
            f"DELETE FROM accounts_auditseal WHERE entry_id = {ids[5]}",
            "UPDATE accounts_auditseal SET number = -number WHERE number > 6",
            "UPDATE accounts_auditseal SET number = -number - 1 WHERE number < 0",
        ],
        AuditFault.SEAL_CHANGED,
        6,
    ),
    "its seal removed at the end": (
        lambda ids: [f"DELETE FROM accounts_auditseal WHERE entry_id = {ids[9]}"],
        AuditFault.CUT,
        -1,
    ),
    "removed at the end": (
        lambda ids: [
            f"DELETE FROM accounts_auditentry WHERE id >= {ids[8]}",
            f"DELETE FROM accounts_auditseal WHERE entry_id >= {ids[8]}",
        ],
        AuditFault.CUT,
        -1,
    ),
    "emptied": (lambda ids: ["TRUNCATE accounts_auditentry, accounts_auditseal"], AuditFault.CUT, -1),
    "the first removed": (
        lambda ids: [
            f"DELETE FROM accounts_auditentry WHERE id = {ids[0]}",
            f"DELETE FROM accounts_auditseal WHERE entry_id = {ids[0]}",
        ],
        AuditFault.GAP,
        1,
    ),
}


@pytest.mark.parametrize("harm", sorted(HARMS))
def test_the_first_entry_that_does_not_hold_is_named(harm: str, anchor: Path) -> None:
    act, fault, place = HARMS[harm]
    ids = write(10, version=3)
    assert verify(anchor=kept(anchor)).broken is None
    as_owner(*act(ids))
    broken = verify(anchor=kept(anchor)).broken
    assert broken is not None
    assert broken.fault == fault
    if place >= 0:
        assert broken.entry == ids[place]


INSERT = """INSERT INTO accounts_auditentry (account_id, actor, channel, ip, act, target, details, mac)
SELECT account_id, 'eve', channel, ip, act, target, details, mac FROM accounts_auditentry LIMIT 1"""


def test_an_inserted_entry_is_named() -> None:
    ids = write(3)
    as_owner(INSERT)
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.entry) == (AuditFault.OUTSIDE, ids[-1] + 1)


def test_an_inserted_entry_that_was_put_in_line_for_a_seal_is_named_before_and_after_it() -> None:
    write(3)
    as_owner(INSERT, "INSERT INTO accounts_unsealedentry SELECT max(id) FROM accounts_auditentry")
    inserted = AuditEntry.objects.latest("id").pk
    for _ in range(2):
        broken = verify().broken
        assert broken is not None
        assert (broken.fault, broken.entry) == (AuditFault.CHANGED, inserted)
        audit_chain.seal()


def test_a_waiting_entry_that_is_removed_is_named_before_and_after_its_seal() -> None:
    caller = factories.service_caller(factories.account())
    with transaction.atomic():
        audit.log(caller, "test", "target")
        connection.run_on_commit.clear()
    entry = AuditEntry.objects.get().pk
    as_owner("DELETE FROM accounts_auditentry")
    for _ in range(2):
        broken = verify().broken
        assert broken is not None
        assert (broken.fault, broken.entry) == (AuditFault.REMOVED, entry)
        audit_chain.seal()


def test_a_log_cut_at_its_end_does_not_grow_over_its_anchor(anchor: Path, caplog: pytest.LogCaptureFixture) -> None:
    ids = write(5)
    before = kept(anchor)
    as_owner(
        f"DELETE FROM accounts_auditentry WHERE id >= {ids[3]}",
        f"DELETE FROM accounts_auditseal WHERE entry_id >= {ids[3]}",
    )
    write(4)
    assert kept(anchor) == before
    assert "no longer holds its anchor" in caplog.text
    broken = verify(anchor=before).broken
    assert broken is not None
    assert (broken.fault, broken.seal) == (AuditFault.REWRITTEN, 5)


def test_verification_can_begin_at_a_seal(anchor: Path) -> None:
    ids = write(6)
    assert verify(start=4, anchor=kept(anchor)).checked == 3
    as_owner(f"UPDATE accounts_auditentry SET actor = 'eve' WHERE id = {ids[1]}")
    assert verify(start=3).broken is None
    assert verify(start=2).broken is not None
    assert verify(start=5, anchor=Anchor(2, bytes(32))).broken is not None
    assert verify(start=9).broken is not None


def test_a_log_of_several_batches_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_verification, "BATCH", 5)
    write(12)
    seen: list[int] = []
    assert verify(progress=seen.append).checked == 12
    assert seen == [5, 10, 12]


def test_a_part_of_the_log_says_nothing_of_its_end(anchor: Path) -> None:
    write(5)
    part = verify(limit=3, anchor=kept(anchor))
    assert (part.checked, part.complete, part.broken) == (3, False, None)
    assert part.head is not None
    assert verify(start=part.head.number + 1, limit=3, anchor=kept(anchor)).complete


def test_an_empty_log_holds() -> None:
    found = verify()
    assert (found.checked, found.head, found.broken) == (0, None, None)


def test_a_seal_is_on_disk_before_the_anchor_names_it_and_nobody_hangs_in_the_chain() -> None:
    seen: list[tuple[str, str]] = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "accounts_auditseal"'):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT current_setting('synchronous_commit'), current_setting('idle_in_transaction_session_timeout')"
                )
                seen.append(cursor.fetchone())
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            with connection.execute_wrapper(look):
                write(1)
        finally:
            cursor.execute("RESET synchronous_commit")
    assert seen == [("on", "30s")]


def test_no_read_of_verification_grows_with_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    write(20)
    monkeypatch.setattr(audit_verification, "BATCH", 5)
    with CaptureQueriesContext(connection) as few:
        assert verify().checked == 20
    reads = [query["sql"] for query in few if "LIMIT" in query["sql"]]
    # Four full batches and an empty one, what waits, and what is outside the chain.
    assert len(reads) >= 7
    assert all(int(read.rsplit("LIMIT", 1)[1].split()[0]) <= 5 for read in reads)
