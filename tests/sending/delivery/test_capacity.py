"""Room is given back whatever becomes of a mail: a place that leaked would in the end stall its site."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import OperationalError
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sending.delivery import engine as engine_module
from sending.delivery import queue, rendering, threads
from sending.delivery.capacity import Capacity
from sending.delivery.engine import Engine
from sending.delivery.pipeline import Hold
from sending.delivery.queued import QueuedMessage, RenderedMail
from sending.delivery.routing import Route
from sending.smtp.bounce_class import BounceClass
from sending.smtp.replies import Outcome, OutcomeKind
from sending.smtp.result import Failure
from tests.conftest import Rules
from tests.sending.delivery.test_engine import SilentListener, host
from tests.sending.delivery.test_pipeline import NOW, queued
from tests.sending.smtp.sink import DROP, Sink, serve
from tests.waiting import WAIT_SECONDS

# What can become of a mail, by the domain it is for.
REPLIES = {
    "ok.test": "",
    "gone.test": "550 5.1.1 no such user",
    "later.test": "451 4.3.0 later",
    "notnow.test": "450 4.7.1 slow down",
    "cut.test": DROP,
}
BEFORE_THE_WIRE = ("dropped.test", "held.test", "unwritable.test", "lost.test", "files.test")
ROUTES = {
    "nowhere.test": Route(failure=Failure.NO_DOMAIN),
    "closed.test": Route((host(1),)),
    # No such port exists: opening raises what no receiver can cause.
    "broken.test": Route((host(70_000),)),
}
FAULTY = "faulty.test"
DOMAINS = (*REPLIES, *BEFORE_THE_WIRE, *ROUTES, FAULTY)


@pytest.fixture
def little_room(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    rules(connections_per_route=2, provider_pause_seconds=1, lease_seconds=3600)
    monkeypatch.setattr(threads, "AWAY_SECONDS", 0.001)
    monkeypatch.setattr(engine_module, "MAX_HELD_PER_SITE", 12)
    monkeypatch.setattr(rendering, "MAX_RENDERED_BYTES", 200)


class FaultyThreads:
    """Stands for the database and the renderers: gives the mails out once, and fails where it is told to."""

    def __init__(self, messages: Sequence[QueuedMessage], failures: Sequence[bool]) -> None:
        self.batches = [list(messages[at : at + 7]) for at in range(0, len(messages), 7)]
        self.failures = itertools.chain(failures, itertools.repeat(False))
        self.settled: set[int] = set()

    async def take(self, act: Callable[..., Any], *args: Any) -> Any:
        await asyncio.sleep(0)
        if next(self.failures):
            raise OperationalError("the database is away")
        if act is queue.claim:
            return (self.batches.pop(0), NOW) if self.batches else ([], None)
        if act is queue.attachments:
            raise OperationalError("the files cannot be read")
        return self._still_wanted(args[0])

    async def write(self, act: Callable[..., Any], *args: Any) -> Any:
        await asyncio.sleep(0)
        if next(self.failures):
            raise OperationalError("the database is away")
        if act is queue.settle:
            self.settled |= {settlement.queued.message for settlement in args[0]}
        return set()

    async def render(self, act: Callable[..., Any], *args: Any) -> list[Any]:
        await asyncio.sleep(0)
        return [self._rendered(message) for message in args[0]]

    def close(self) -> None:
        pass

    def _still_wanted(self, messages: Sequence[QueuedMessage]) -> Any:
        verdicts = {"dropped.test": outcome("blocked"), "held.test": Hold(60)}
        wanted = [message for message in messages if message.recipient_domain not in verdicts]
        unwanted = [message for message in messages if message.recipient_domain in verdicts]
        return wanted, [(message, verdicts[message.recipient_domain]) for message in unwanted]

    def _rendered(self, message: QueuedMessage) -> RenderedMail | Outcome:
        if message.recipient_domain == "unwritable.test":
            return outcome("no address")
        if message.recipient_domain == "lost.test":
            message.lease_ends = time.monotonic() - 1
        return RenderedMail(message, "b@shop.test", message.recipient, b"Subject: x\r\n\r\n" + b"y" * 60 + b"\r\n.\r\n")


def outcome(reason: str) -> Outcome:
    return Outcome(kind=OutcomeKind.DROPPED, bounce_class=BounceClass.OTHER, reason=reason)


class Router:
    def __init__(self, usual: Route) -> None:
        self.usual = usual

    async def route(self, domain: str) -> Route:
        if domain == FAULTY:
            raise ValueError("a fault")
        return ROUTES.get(domain, self.usual)


def deliver(domains: Sequence[str], failures: Sequence[bool], stop_after: int | None) -> tuple[Engine, set[int]]:
    """Run an engine over one mail for each domain until all is done, or told to stop once so many were taken."""
    messages = []
    for number, domain in enumerate(domains, 1):
        message = queued(number, has_attachments=domain == "files.test")
        message.recipient, message.recipient_domain = f"{number}@{domain}", domain
        messages.append(message)
    sink = Sink({"rcpt": lambda to: REPLIES.get(to.partition("@")[2], "")})
    stand_in = FaultyThreads(messages, failures)

    async def run() -> Engine:
        async with serve(sink) as port:
            router = Router(Route((host(port),)))
            engine = Engine(router, helo="me.test", once=True, threads=stand_in, listener=SilentListener())
            task = asyncio.create_task(engine.run())
            async with asyncio.timeout(WAIT_SECONDS):
                while stop_after is not None and len(sink.mails) < stop_after and not task.done():
                    await asyncio.sleep(0.001)
                if stop_after is not None:
                    engine.stop()
                await task
            return engine

    return asyncio.run(run()), stand_in.settled


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    domains=st.lists(st.sampled_from(DOMAINS), max_size=40),
    failures=st.lists(st.booleans(), max_size=12),
    stop_after=st.none() | st.integers(0, 5),
)
@example(domains=[domain for domain in DOMAINS for _ in range(3)], failures=[], stop_after=None)
@example(domains=["notnow.test"] * 40, failures=[], stop_after=None)
@example(domains=["ok.test"] * 40, failures=[False, False, True, True], stop_after=1)
@pytest.mark.usefixtures("little_room")
def test_whatever_becomes_of_the_mails_all_room_is_given_back(
    domains: list[str], failures: list[bool], stop_after: int | None
) -> None:
    engine, settled = deliver(domains, failures, stop_after)
    assert [site.capacity.used for site in engine.sites.values() if site.capacity.used] == []
    assert engine.rendering.capacity.used == 0
    assert len(engine.in_flight) == 0
    if stop_after is None and not failures:
        assert settled >= {number for number, domain in enumerate(domains, 1) if domain != "lost.test"}


def test_a_place_is_given_back_once() -> None:
    capacity = Capacity()
    first, second = capacity.take(), capacity.take(5)
    assert capacity.used == 6
    first.release()
    first.release()
    assert capacity.used == 5
    with second:
        second.release()
    assert capacity.used == 0


def test_a_place_is_given_back_when_its_block_fails() -> None:
    capacity = Capacity()
    with pytest.raises(ValueError, match="a fault"), capacity.take(3):
        raise ValueError("a fault")
    assert capacity.used == 0
