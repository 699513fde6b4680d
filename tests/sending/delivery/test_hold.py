"""Delivery on hold: nothing is claimed, what is on the wire is finished, and no mail expires because of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from sending import holds
from sending.delivery import hold, queue
from sending.delivery.engine import Engine
from sending.delivery.hold import HoldWatch
from sending.delivery.routing import FixedRouter
from sending.holds import COMMAND_LINE, Kind
from sending.last_run import LastRun
from sending.models import Attempt, DataFolder, DeliverStatus, HoldPeriod, Message, QueueItem
from sending.models.ids import first_of
from sending.smtp.host import Host
from tests.conftest import Rules
from tests.sending.delivery.post import Post
from tests.sending.smtp.sink import Sink, serve
from tests.waiting import WAIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HoldWatch:
    monkeypatch.setattr(hold, "LOOK_SECONDS", 0.02)
    return HoldWatch(LastRun(tmp_path))


def put_on_hold(*kinds: HoldPeriod.Kind) -> None:
    holds.hold(COMMAND_LINE, kinds=kinds or Kind, reason="")


def release() -> None:
    holds.release(COMMAND_LINE, kinds=Kind)


async def in_thread(act: Callable[[], Any]) -> Any:
    """Run what asks the database in a thread, over a connection that is closed behind it."""

    def own() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return await asyncio.to_thread(own)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not await in_thread(condition):
            await asyncio.sleep(0.01)


def with_engine(sink: Sink, watch: HoldWatch, steps: Callable[[Engine], Coroutine[None, None, None]]) -> None:
    """Run an engine into the sink, do the steps, and stop it."""

    async def run() -> None:
        async with serve(sink) as port:
            engine = Engine(FixedRouter(Host("sink", "127.0.0.1", port)), helo="me.test", watch=watch)
            task = asyncio.create_task(engine.run())
            await steps(engine)
            engine.stop()
            await asyncio.wait_for(task, WAIT_SECONDS)

    asyncio.run(run())


def test_while_on_hold_nothing_is_claimed_by_anybody(post: Post) -> None:
    post.put("a@a.test", "b@a.test")
    put_on_hold(Kind.DELIVERY)
    assert queue.claim(10, "one") == ([], None)
    assert QueueItem.objects.filter(worker="", fence=0).count() == 2
    release()
    assert len(queue.claim(10, "one")[0]) == 2


def test_a_hold_of_other_work_does_not_stop_delivery(post: Post) -> None:
    post.put("a@a.test")
    put_on_hold(Kind.REPORTS, Kind.CALLBACKS)
    assert len(queue.claim(10, "one")[0]) == 1


def test_an_engine_on_hold_sends_nothing_and_all_after_the_release(post: Post, watch: HoldWatch) -> None:
    put_on_hold()
    post.put(*[f"{n}@a.test" for n in range(20)])
    sink = Sink()

    async def steps(engine: Engine) -> None:
        await until(lambda: watch.is_on_hold)
        # It has had the time for claims, as the looks of its watch show.
        seen = await in_thread(mark)
        await until(lambda: mark() >= seen + 5)
        assert not sink.mails
        await in_thread(release)
        await until(lambda: len(sink.mails) == 20)

    with_engine(sink, watch, steps)
    assert set(Message.objects.values_list("deliver_status", flat=True)) == {DeliverStatus.DELIVERED}


def mark() -> int:
    return DataFolder.objects.get().mark


def test_a_hold_in_the_middle_finishes_what_is_on_the_wire_and_gives_the_rest_back(
    post: Post, watch: HoldWatch, rules: Rules
) -> None:
    rules(connections_per_route=1)
    post.put(*[f"{n}@a.test" for n in range(300)])
    sink = Sink()
    sent = 0

    async def steps(engine: Engine) -> None:
        nonlocal sent
        await until(lambda: len(sink.mails) >= 1)
        await in_thread(put_on_hold)
        # Everything that was claimed is either sent and recorded, or back in the queue.
        await until(lambda: watch.is_on_hold and not QueueItem.objects.exclude(worker="").exists())
        sent = len(sink.mails)
        assert await in_thread(Attempt.objects.count) == sent < 300
        assert await in_thread(QueueItem.objects.count) == 300 - sent
        await in_thread(release)
        await until(lambda: len(sink.mails) == 300)

    with_engine(sink, watch, steps)
    assert len({mail.recipient for mail in sink.mails}) == 300


def accepted_long_ago(post: Post, *, on_hold: float) -> None:
    """Put a mail into the queue that was accepted ten hours ago, and was on hold for so many of the last of them."""
    accepted = first_of(datetime.now(UTC) - timedelta(hours=10))
    post.put("a@a.test", submission=post.submission(id=accepted))
    put_on_hold(Kind.DELIVERY)
    HoldPeriod.objects.update(began_at=F("began_at") - timedelta(hours=on_hold))
    release()


def deliver(sink: Sink) -> dict[str, int]:
    """Drain the queue into a sink, and return each recipient's status."""

    async def run() -> None:
        async with serve(sink) as port, asyncio.timeout(WAIT_SECONDS):
            await Engine(FixedRouter(Host("sink", "127.0.0.1", port)), helo="me.test", once=True).run()

    asyncio.run(run())
    return dict(Message.objects.values_list("recipient", "deliver_status"))


def test_a_mail_does_not_expire_because_it_was_on_hold(post: Post, rules: Rules) -> None:
    rules(delivery_max_seconds=3600)
    accepted_long_ago(post, on_hold=9.5)
    assert deliver(Sink()) == {"a@a.test": DeliverStatus.DELIVERED}


def test_a_mail_that_was_too_old_before_the_hold_expires_after_it(post: Post, rules: Rules) -> None:
    rules(delivery_max_seconds=3600)
    accepted_long_ago(post, on_hold=8.5)
    assert deliver(Sink()) == {"a@a.test": DeliverStatus.BOUNCED}


def test_a_deferred_mail_has_the_rest_of_its_life_after_a_hold(post: Post, rules: Rules) -> None:
    rules(delivery_max_seconds=3600)
    accepted_long_ago(post, on_hold=9.5)
    assert deliver(Sink({"rcpt": "451 4.3.0 later"})) == {"a@a.test": DeliverStatus.DEFERRED}
    assert QueueItem.objects.count() == 1


def test_the_time_on_hold_comes_with_the_claim(post: Post) -> None:
    accepted_long_ago(post, on_hold=9.5)
    (queued,), _ = queue.claim(10, "one")
    assert timedelta(hours=9.5) <= queued.submission.on_hold < timedelta(hours=10)
    assert queued.submission.life_began_at == queued.submission.accepted_at + queued.submission.on_hold
