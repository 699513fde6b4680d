"""Several hosts and odd ones: what one host says of itself is not the domain's verdict, and each try is counted."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from sending.delivery.engine import Engine
from sending.delivery.routing import Route
from sending.models import Attempt, DeliverStatus, Event, EventKind, Message, QueueItem
from sending.smtp.host import Host
from tests.conftest import Rules
from tests.sending.delivery.post import Post
from tests.sending.delivery.test_engine import WAIT_SECONDS, ByDomain, deliver, host, statuses
from tests.sending.smtp.sink import DROP, Sink, serve

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post() -> Post:
    return Post()


async def deliver_over(*hosts: tuple[Sink, int | None]) -> None:
    """Drain the queue by a domain with these hosts, best first; a port that is given is one that nobody serves."""
    async with AsyncExitStack() as stack:
        ports = [port or await stack.enter_async_context(serve(sink)) for sink, port in hosts]
        router = ByDomain({}, Route(tuple(host(port) for port in ports)))
        async with asyncio.timeout(WAIT_SECONDS):
            await Engine(router, helo="me.test", once=True).run()


CLOSED = (Sink(), 1)


@pytest.mark.parametrize(
    "answers",
    [
        {"greeting": "554 5.7.1 no service for you"},
        {"greeting": "521 5.3.2 no mail here"},
        {"greeting": "999 what"},
        {"ehlo": "550 5.7.1 who are you"},
        {"ehlo": "554 no"},
        {"mail": "550 5.1.1 no such user"},
        {"mail": "553 5.1.8 sender domain unknown"},
        {"mail": DROP},
        {"rcpt": "150 what"},
    ],
)
def test_what_one_host_says_of_itself_is_not_the_domains_verdict(post: Post, answers: dict[str, Any]) -> None:
    """Primary down and backup refusing us, in either order; and a third that takes the mail."""
    for others in ([CLOSED, (Sink(answers), None)], [(Sink(answers), None), CLOSED], [(Sink(answers), None)]):
        post.put(*[f"{n}@a.test" for n in range(3)])
        asyncio.run(deliver_over(*others))
        assert set(statuses().values()) == {DeliverStatus.DEFERRED}
        assert QueueItem.objects.count() == 3
        assert not Event.objects.filter(kind=EventKind.BOUNCE).exists()
        QueueItem.objects.update(available_at=F("available_at") - timedelta(days=1))
        sink = Sink()
        asyncio.run(deliver_over(*others, (sink, None)))
        assert set(statuses().values()) == {DeliverStatus.DELIVERED}
        assert len(sink.mails) == 3
        Message.objects.all().delete()


def test_an_attempt_shows_what_each_host_said(post: Post) -> None:
    post.put("ada@a.test")
    asyncio.run(deliver_over(CLOSED, (Sink({"greeting": "554 go away"}), None), (Sink({"mail": "451 later"}), None)))
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.outcome, attempt.reply_code) == (1, "deferred", 451)
    for line in ("(sink [127.0.0.1]:1)\nno connection", "S: 554 go away", "S: 451 later"):
        assert line in attempt.conversation


def test_an_answer_to_the_recipient_is_final_whatever_other_hosts_there_are(post: Post) -> None:
    post.put("ada@a.test")
    asyncio.run(deliver_over(CLOSED, (Sink({"rcpt": "550 5.1.1 no such user"}), None), (Sink(), None)))
    assert statuses() == {"ada@a.test": DeliverStatus.BOUNCED}


@pytest.mark.parametrize("reply", ["000 zero", "150 wait", "699 what", "garbage", "550-a\r\n551 b"])
@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "data", "body"])
def test_an_odd_reply_is_a_counted_and_shown_attempt(post: Post, place: str, reply: str) -> None:
    post.put("ada@a.test")
    sink = deliver(Sink({place: reply}))
    assert sink.mails == []
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.outcome, attempt.bounce_class) == (1, "deferred", "ProtocolErrors")
    assert attempt.reply.startswith("protocol error (")
    assert f"S: {reply.splitlines()[-1]}" in attempt.conversation
    assert attempt.next_attempt_at is not None
    assert QueueItem.objects.get().attempts == 1


def test_a_host_with_an_endless_name_is_told_and_its_attempts_are_counted(post: Post) -> None:
    """DNS holds any byte in a name, and shows each as four characters."""

    async def run() -> None:
        async with serve(Sink({"rcpt": "450 later"})) as port:
            named = Host("\\001" * 250, "127.0.0.1", port)
            async with asyncio.timeout(WAIT_SECONDS):
                await Engine(ByDomain({}, Route((named,))), helo="me.test", once=True).run()

    post.put("ada@a.test")
    asyncio.run(run())
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.reply_code) == (1, 450)
    assert "[127.0.0.1]:" in attempt.host
    assert QueueItem.objects.get().attempts == 1


def test_a_session_that_is_out_of_step_costs_no_attempt(post: Post, rules: Rules) -> None:
    """The host answers once too often after each mail, and refuses RSET: the next mail has a connection of its own."""
    post.put(*[f"{n}@a.test" for n in range(4)])
    rules(connections_per_route=1)
    sink = Sink({"rset": "503 5.5.1 no", "body": "250 ok\r\n550 5.1.1 no such user"})
    deliver(sink)
    assert set(statuses().values()) == {DeliverStatus.DELIVERED}
    assert Attempt.objects.count() == 4
    assert sink.connections == 4
