"""The whole engine in one process, against a real server and a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from sending import queue_signal
from sending.delivery import engine as engine_module
from sending.delivery import queue, threads
from sending.delivery.engine import Engine
from sending.delivery.routing import FixedRouter, Route
from sending.models import Attachment, Attempt, DeliverStatus, Event, EventKind, Message, QueueItem
from sending.queue_signal import QueueListener
from sending.smtp.host import Host
from sending.smtp.result import Failure
from sending.tracking import links, verp
from templates_app.models import Skeleton
from tests import factories
from tests.conftest import Rules
from tests.sending.delivery.post import PUBLIC, Post
from tests.sending.mime import verifiers
from tests.sending.smtp.sink import DROP, SILENT, Sink, serve
from tests.waiting import WAIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post() -> Post:
    return Post()


class ByDomain:
    """Routes some domains to their own port, or to a failure."""

    def __init__(self, routes: dict[str, Route], usual: Route) -> None:
        self.routes = routes
        self.usual = usual

    async def route(self, domain: str) -> Route:
        return self.routes.get(domain, self.usual)


def host(port: int) -> Host:
    return Host("sink", "127.0.0.1", port)


def deliver(sink: Sink, routes: dict[str, Route] | None = None) -> Sink:
    """Drain the queue into the sink."""

    async def run() -> None:
        async with serve(sink) as port:
            router = ByDomain(routes or {}, Route((host(port),)))
            async with asyncio.timeout(WAIT_SECONDS):
                await Engine(router, helo="me.test", once=True).run()

    asyncio.run(run())
    return sink


def statuses() -> dict[str, int]:
    return dict(Message.objects.values_list("recipient", "deliver_status"))


def test_a_mail_arrives_signed_linked_and_recorded(post: Post) -> None:
    (message,) = post.put("ada@a.test", unsubscribe="2")
    sink = deliver(Sink())
    (received,) = sink.mails
    assert received.recipient == "ada@a.test"
    assert received.sender == verp.envelope_sender(message.pk, post.domain.name)
    verifiers.verify_with_both(received.raw, domain=post.domain.name, selector="ses", public_key=PUBLIC)
    mail = message_from_bytes(received.raw, policy=policy.default)
    assert mail["Subject"] == "Hi Ada"
    assert mail["List-Unsubscribe"] == f"<{links.unsubscribe_url(message.pk)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "Hello Ada" in text
    assert links.unsubscribe_url(message.pk) in text
    assert links.click_url(message.pk, "https://shop.test/Ada", links=1) in html
    assert links.pixel_url(message.pk) in html
    assert "https://shop.test" not in html
    assert statuses() == {"ada@a.test": DeliverStatus.DELIVERED}
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.reply_code, attempt.number) == ("delivered", 250, 1)
    assert "S: 354" in attempt.conversation
    assert not QueueItem.objects.exists()


def test_triggered_mail_without_a_link_has_no_unsubscribe_header_and_bulk_mail_has_one(post: Post) -> None:
    post.put("code@a.test", trigger_type=1)
    post.put("bulk@a.test", trigger_type=0)
    raws = {received.recipient: received.raw for received in deliver(Sink()).mails}
    assert b"List-Unsubscribe" not in raws["code@a.test"]
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raws["bulk@a.test"]


def test_each_reply_leads_to_its_own_status(post: Post) -> None:
    post.put("ok@a.test", "gone@a.test", "full@a.test", "later@a.test", "blocked@a.test", "cut@a.test")
    replies = {
        "gone@a.test": "550 5.1.1 no such user",
        "full@a.test": "552 5.2.2 full",
        "later@a.test": "451 4.3.0 later",
        "blocked@a.test": "550 5.7.1 policy",
        "cut@a.test": DROP,
    }
    deliver(Sink({"rcpt": lambda to: replies.get(to, "")}))
    assert statuses() == {
        "ok@a.test": DeliverStatus.DELIVERED,
        "gone@a.test": DeliverStatus.BOUNCED,
        "full@a.test": DeliverStatus.BOUNCED,
        "later@a.test": DeliverStatus.DEFERRED,
        "blocked@a.test": DeliverStatus.BOUNCED,
        "cut@a.test": DeliverStatus.DEFERRED,
    }
    bounces = dict(Event.objects.filter(kind=EventKind.BOUNCE).values_list("recipient", "bounce_type"))
    assert bounces == {"gone@a.test": "hard_bounce", "full@a.test": "soft_bounce", "blocked@a.test": "soft_bounce"}
    waiting = dict(QueueItem.objects.values_list("message", "attempts"))
    assert sorted(Message.objects.filter(pk__in=waiting).values_list("recipient", flat=True)) == [
        "cut@a.test",
        "later@a.test",
    ]
    assert set(waiting.values()) == {1}


def test_a_second_attempt_sends_the_same_bytes(post: Post) -> None:
    post.put("ada@a.test")
    sink = Sink({"body": "451 4.3.0 later"})
    deliver(sink)
    QueueItem.objects.update(available_at=F("available_at") - timedelta(days=1))
    sink.answers.clear()
    deliver(sink)
    assert len(sink.wire) == 2
    assert sink.wire[0] == sink.wire[1]
    assert len(sink.mails) == 1
    assert list(Attempt.objects.order_by("id").values_list("outcome", flat=True)) == ["deferred", "delivered"]


def test_a_domain_that_does_not_exist_bounces_and_a_failure_of_dns_waits(post: Post) -> None:
    post.put("a@gone.test", "b@doubt.test")
    deliver(Sink(), {"gone.test": Route(failure=Failure.NO_DOMAIN), "doubt.test": Route(failure=Failure.DNS)})
    assert statuses() == {"a@gone.test": DeliverStatus.BOUNCED, "b@doubt.test": DeliverStatus.DEFERRED}
    assert Event.objects.get(recipient="a@gone.test").bounce_class == "BadDomain"


def test_the_next_host_is_tried_when_one_is_closed(post: Post) -> None:
    post.put("a@a.test")

    async def run(sink: Sink) -> None:
        async with serve(sink) as port:
            router = ByDomain({}, Route((Host("closed", "127.0.0.1", 1), host(port))))
            await Engine(router, helo="me.test", once=True).run()

    sink = Sink()
    asyncio.run(run(sink))
    assert len(sink.mails) == 1


def test_a_closed_host_defers_all_that_waits_for_it(post: Post) -> None:
    post.put(*[f"{n}@a.test" for n in range(30)])
    deliver(Sink(), {"a.test": Route((Host("closed", "127.0.0.1", 1),))})
    assert set(statuses().values()) == {DeliverStatus.DEFERRED}
    assert Attempt.objects.count() == 30


def test_what_was_blocked_after_acceptance_is_dropped(post: Post) -> None:
    post.put("ada@a.test", "bob@a.test")
    factories.block(post.account, address="ada@a.test")
    sink = deliver(Sink())
    assert [received.recipient for received in sink.mails] == ["bob@a.test"]
    assert statuses() == {"ada@a.test": DeliverStatus.DROPPED, "bob@a.test": DeliverStatus.DELIVERED}


def test_mail_of_a_suspended_account_waits(post: Post) -> None:
    post.put("ada@a.test")
    post.account.status = "suspended"
    post.account.save()
    assert deliver(Sink()).mails == []
    item = QueueItem.objects.get()
    assert (item.attempts, item.worker) == (0, "")


def test_mail_that_is_too_old_bounces_as_expired(post: Post, rules: Rules) -> None:
    post.put("ada@a.test")
    rules(delivery_max_seconds=0)
    assert deliver(Sink()).mails == []
    event = Event.objects.get()
    assert (event.kind, event.bounce_class, event.bounce_type) == (EventKind.BOUNCE, "MessageExpired", "soft_bounce")


def test_a_mail_that_cannot_be_written_is_dropped_and_the_rest_goes(post: Post) -> None:
    post.put("bad@a.test", headers={"X-A": "x\r\nBcc: eve@b.test"})
    post.put("good@a.test")
    assert [received.recipient for received in deliver(Sink()).mails] == ["good@a.test"]
    assert statuses()["bad@a.test"] == DeliverStatus.DROPPED


def test_attachments_are_sent(post: Post) -> None:
    submission = post.submission()
    Attachment.objects.create(account=post.account, submission=submission, name="a.txt", content=b"content")
    post.put("ada@a.test", submission=submission)
    mail = message_from_bytes(deliver(Sink()).mails[0].raw, policy=policy.default)
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("a.txt", b"content")


def test_connections_are_shared_between_domains_and_bounded(post: Post, rules: Rules) -> None:
    post.put(*[f"x@d{n % 50}.test" for n in range(200)])
    rules(connections_per_route=3)
    sink = deliver(Sink())
    assert len(sink.mails) == 200
    assert sink.most_open <= 3


def test_a_connection_carries_only_so_many_mails(post: Post, rules: Rules) -> None:
    post.put(*[f"{n}@a.test" for n in range(20)])
    rules(connections_per_route=1, mails_per_connection=5)
    sink = deliver(Sink())
    assert sink.connections == 4


def test_a_session_that_ended_meanwhile_costs_no_attempt(post: Post, rules: Rules) -> None:
    """A server that hangs up after each mail: the next mail goes by a new connection, at once."""
    post.put(*[f"{n}@a.test" for n in range(6)])
    asked: list[str] = []

    def every_other(line: str) -> str:
        asked.append(line)
        return "421 4.3.2 one mail a session" if len(asked) % 2 == 0 else ""

    rules(connections_per_route=1)
    deliver(Sink({"mail": every_other}))
    assert set(statuses().values()) == {DeliverStatus.DELIVERED}
    assert Attempt.objects.count() == 6


def test_a_host_that_defers_the_sender_is_left_alone(post: Post, rules: Rules) -> None:
    post.put(*[f"{n}@a.test" for n in range(60)])
    rules(connections_per_route=1)
    deliver(Sink({"rcpt": "450 4.7.1 slow down"}))
    tried = Attempt.objects.count()
    assert 10 <= tried < 60
    assert QueueItem.objects.filter(attempts=0).count() == 60 - tried


def test_one_silent_host_does_not_hold_up_the_others(post: Post) -> None:
    post.put(*[f"{n}@slow.test" for n in range(50)])
    post.put(*[f"{n}@quick.test" for n in range(50)])
    slow, quick = Sink({"greeting": SILENT}), Sink()

    async def run() -> None:
        async with serve(slow) as slow_port, serve(quick) as port:
            router = ByDomain({"slow.test": Route((host(slow_port),))}, Route((host(port),)))
            engine = Engine(router, helo="me.test")
            task = asyncio.create_task(engine.run())
            await until(lambda: len(quick.mails) == 50)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert not slow.mails


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


def test_stopping_finishes_what_is_being_sent_and_gives_back_the_rest(post: Post, rules: Rules) -> None:
    post.put(*[f"{n}@a.test" for n in range(100)])
    sink = Sink()

    async def run() -> None:
        async with serve(sink) as port:
            engine = Engine(FixedRouter(host(port)), helo="me.test")
            task = asyncio.create_task(engine.run())
            await until(lambda: len(sink.mails) >= 1)
            engine.stop()
            await asyncio.wait_for(task, WAIT_SECONDS)

    rules(connections_per_route=1)
    asyncio.run(run())
    delivered = {mail.recipient for mail in sink.mails}
    assert {to for to, status in statuses().items() if status == DeliverStatus.DELIVERED} == delivered
    assert QueueItem.objects.filter(worker="").count() == 100 - len(delivered)
    # Nothing is left under a lease: another worker has it at once.
    assert len(deliver(Sink()).mails) == 100 - len(delivered)


def test_results_wait_for_a_database_that_is_away(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "AWAY_SECONDS", 0.05)
    post.put(*[f"{n}@a.test" for n in range(20)])
    # The test's own connection would be cut with the others.
    connection.close()
    sink = Sink()

    async def run() -> None:
        async with serve(sink) as port:
            engine = Engine(FixedRouter(host(port)), helo="me.test")
            task = asyncio.create_task(engine.run())
            for wanted in (1, 5, 20):
                await until(lambda wanted=wanted: len(sink.mails) >= wanted)
                await asyncio.to_thread(_in_own_connection, _end_all_other_connections)
            await until(lambda: not engine.in_flight)
            engine.stop()
            await asyncio.wait_for(task, WAIT_SECONDS)

    asyncio.run(run())
    assert set(statuses().values()) == {DeliverStatus.DELIVERED}
    assert len(sink.mails) == Attempt.objects.count() == 20


def _end_all_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _in_own_connection(act: Callable[[], None]) -> None:
    try:
        act()
    finally:
        connection.close()


def test_an_idle_engine_sleeps_until_the_queue_signal(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "IDLE_SECONDS", 3600)
    monkeypatch.setattr(engine_module, "AWAKE_SECONDS", 0)
    monkeypatch.setattr(queue_signal, "AWAY_SECONDS", 0.05)
    # The test's own connection would be cut with the others.
    connection.close()
    sink = Sink()

    async def run() -> None:
        async with serve(sink) as port:
            listener = QueueListener()
            engine = Engine(FixedRouter(host(port)), helo="me.test", listener=listener)
            task = asyncio.create_task(engine.run())
            await until(lambda: listener.is_listening)
            for n in range(3):
                await asyncio.to_thread(_in_own_connection, lambda n=n: post.put(f"{n}@a.test"))
                await asyncio.to_thread(_in_own_connection, queue_signal.QueueNotifier().notify)
                await until(lambda n=n: len(sink.mails) > n)
                # It gets the next signal over a new connection.
                await asyncio.to_thread(_in_own_connection, _end_all_other_connections)
            engine.stop()
            await asyncio.wait_for(task, WAIT_SECONDS)

    asyncio.run(run())
    assert set(statuses().values()) == {DeliverStatus.DELIVERED}


def test_an_engine_that_gets_no_signal_polls_the_queue(post: Post) -> None:
    sink = Sink()

    async def run() -> None:
        async with serve(sink) as port:
            engine = Engine(FixedRouter(host(port)), helo="me.test", listener=SilentListener())
            task = asyncio.create_task(engine.run())
            await asyncio.to_thread(_in_own_connection, lambda: post.put("ada@a.test"))
            await until(lambda: len(sink.mails) == 1)
            engine.stop()
            await asyncio.wait_for(task, WAIT_SECONDS)

    asyncio.run(run())


class SilentListener(QueueListener):
    """Gets no signal."""

    async def listen(self) -> None:
        await asyncio.Event().wait()


def test_a_lease_that_ended_while_the_process_slept_sends_nothing(post: Post, rules: Rules) -> None:
    post.put("ada@a.test")
    rules(lease_seconds=1)
    returned = 0

    class SlowRouter(FixedRouter):
        async def route(self, domain: str) -> Route:
            nonlocal returned
            await asyncio.sleep(1.5)
            returned += 1
            return await super().route(domain)

    class ThreadsThatRenewNothing(threads.EngineThreads):
        async def write(self, act: Callable[..., Any], *args: object) -> Any:
            if act is queue.renew:
                await asyncio.Event().wait()
            return await super().write(act, *args)

    async def run(sink: Sink) -> None:
        async with serve(sink) as port:
            engine = Engine(SlowRouter(host(port)), helo="me.test", threads=ThreadsThatRenewNothing())
            task = asyncio.create_task(engine.run())
            # The message was claimed again, and the first claim came to nothing.
            await until(lambda: returned >= 2)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    sink = Sink()
    asyncio.run(run(sink))
    assert sink.mails == []


def faulty_attempts() -> list[tuple[int, str, str]]:
    return list(Attempt.objects.filter(outcome="deferred").values_list("number", "bounce_class", "reply"))


def test_a_fault_while_connecting_is_an_attempt_and_delays_no_other(post: Post) -> None:
    post.put("ada@faulty.test", "bob@a.test")
    # No such port exists: opening raises what no receiver can cause.
    sink = deliver(Sink(), {"faulty.test": Route((host(70_000),))})
    assert [received.recipient for received in sink.mails] == ["bob@a.test"]
    assert faulty_attempts() == [(1, "Other", "a fault of this service (OverflowError)")]
    assert QueueItem.objects.get().attempts == 1


def test_a_fault_while_looking_for_the_route_is_an_attempt(post: Post) -> None:
    class Faulty(dict[str, Route]):
        def get(self, domain: str, default: Any = None) -> Any:
            if domain == "faulty.test":
                raise ValueError("a fault")
            return default

    post.put("ada@faulty.test", "bob@a.test")
    sink = deliver(Sink(), Faulty({"faulty.test": Route(())}))
    assert [received.recipient for received in sink.mails] == ["bob@a.test"]
    assert faulty_attempts() == [(1, "Other", "a fault of this service")]


def test_a_fault_while_rendering_is_an_attempt_and_delays_no_other(post: Post) -> None:
    other = Post()
    post.put("ada@a.test")
    other.put("bob@a.test")
    post.domain.dkim_private_key = "no key"
    post.domain.save()
    sink = deliver(Sink())
    assert [received.recipient for received in sink.mails] == ["bob@a.test"]
    assert [(number, name) for number, name, _ in faulty_attempts()] == [(1, "Other")]


def test_a_key_that_no_secret_decrypts_is_an_attempt_and_delays_no_other(post: Post) -> None:
    post.put("ada@a.test", "eve@a.test")
    Post().put("bob@a.test")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE domains_senderdomain SET dkim_private_key = 'AAAA' WHERE id = %s", [post.domain.pk])
    sink = deliver(Sink())
    assert [received.recipient for received in sink.mails] == ["bob@a.test"]
    assert faulty_attempts() == [(1, "Other", "a fault of this service (ValueError)")] * 2
    assert [item.attempts for item in QueueItem.objects.all()] == [1, 1]


def test_a_template_that_cannot_be_read_is_an_attempt_and_delays_no_other(post: Post) -> None:
    post.put("ada@a.test")
    Skeleton.objects.update(parts="damaged")
    Post().put("bob@a.test")
    sink = deliver(Sink())
    assert [received.recipient for received in sink.mails] == ["bob@a.test"]
    assert [(number, name) for number, name, _ in faulty_attempts()] == [(1, "Other")]
