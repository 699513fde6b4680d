"""Every way a look-up can end, against real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rdata
import dns.rrset
import pytest
from pytest_django import Settings

from domains import resolver
from domains.dns_answers import DnsAnswer, DnsStatus
from domains.judging import judge
from domains.resolver import DnspythonResolver, servers_of, text_of, within
from sending.simulator.dns_server import DnsServer
from tests.domains.judged import SPF, around

LONG = "v=DKIM1; p=" + "x" * 2000
ANSWERS = {
    ("mx.test", "MX"): DnsAnswer(DnsStatus.FOUND, ("10 A.mail.test", "20 b.mail.test")),
    ("txt.test", "TXT"): DnsAnswer(DnsStatus.FOUND, ("k" * 300,)),
    ("long.test", "TXT"): DnsAnswer(DnsStatus.FOUND, (LONG,)),
    ("data.test", "TXT"): DnsAnswer(DnsStatus.NO_DATA),
    ("broken.test", "TXT"): DnsAnswer(DnsStatus.UNREACHABLE),
}


@contextmanager
def serving() -> Iterator[int]:
    """Run a server over ANSWERS in a thread of its own and give its port."""

    async def ask(name: str, type: str) -> DnsAnswer:
        return ANSWERS.get((name, type), DnsAnswer(DnsStatus.NO_NAME))

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(DnsServer(ask).start("127.0.0.1", 0), loop).result(10)
    try:
        yield server.port
    finally:
        asyncio.run_coroutine_threadsafe(closing(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def closing(server: DnsServer) -> None:
    server.close()
    # Transports close in the loop's next round.
    await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as number:
        yield number


@pytest.fixture
def asked(port: int) -> DnspythonResolver:
    return DnspythonResolver([("127.0.0.1", port)])


def test_mail_servers_come_with_priority_and_final_dot(asked: DnspythonResolver) -> None:
    answer = asked.look_up("mx.test", "MX")
    assert (answer.status, sorted(answer.values)) == (DnsStatus.FOUND, ["10 A.mail.test.", "20 b.mail.test."])


def test_strings_of_a_text_are_joined(asked: DnspythonResolver) -> None:
    assert asked.look_up("txt.test.", "TXT") == DnsAnswer(DnsStatus.FOUND, ("k" * 300,))


def test_a_cut_answer_is_asked_again_by_tcp(asked: DnspythonResolver) -> None:
    assert asked.look_up("long.test", "TXT") == DnsAnswer(DnsStatus.FOUND, (LONG,))


def test_no_name_and_no_data_are_distinguished(asked: DnspythonResolver) -> None:
    assert asked.look_up("none.test", "TXT") == DnsAnswer(DnsStatus.NO_NAME)
    assert asked.look_up("data.test", "TXT") == DnsAnswer(DnsStatus.NO_DATA)


def test_a_failing_server_is_unreachable_and_leaves_the_next_name_its_time(asked: DnspythonResolver) -> None:
    assert asked.look_up("broken.test", "TXT") == DnsAnswer(DnsStatus.UNREACHABLE)
    assert asked.lifetime == resolver.LIFETIME
    assert asked.look_up("txt.test", "TXT").status is DnsStatus.FOUND


def test_a_silent_server_is_unreachable_and_then_asked_more_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "LIFETIME", 0.4)
    monkeypatch.setattr(resolver, "LIFETIME_AFTER_SILENCE", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        silent = DnspythonResolver([mute.getsockname()])
        assert silent.look_up("a.test", "TXT") == DnsAnswer(DnsStatus.UNREACHABLE)
        assert silent.lifetime == 0.1


def test_silent_servers_leave_the_next_one_its_time(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        mostly_silent = DnspythonResolver([mute.getsockname(), ("127.0.0.1", port)])
        # As after a look-up that nobody answered.
        mostly_silent.lifetime = 2.0
        assert mostly_silent.look_up("txt.test", "TXT").status is DnsStatus.FOUND
        assert mostly_silent.lifetime == resolver.LIFETIME


def test_a_resolver_that_fails_in_a_way_of_its_own_is_unreachable(asked: DnspythonResolver) -> None:
    class Failing(dns.resolver.Resolver):
        def resolve(self, *args: object, **options: object) -> dns.resolver.Answer:
            raise UnicodeDecodeError("ascii", b"\xff", 0, 1, "a record that cannot be read")

    usual, asked._resolver = asked._resolver, Failing(configure=False)
    assert asked.look_up("mx.test", "MX") == DnsAnswer(DnsStatus.UNREACHABLE)
    asked._resolver = usual
    assert asked.look_up("mx.test", "MX").status is DnsStatus.FOUND


@contextmanager
def answering(code: dns.rcode.Rcode, *records: str) -> Iterator[DnspythonResolver]:
    """Run a server that gives one answer to every question, and give a resolver that asks it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            while (asked := server.recvfrom(4096))[0]:
                reply = dns.message.make_response(dns.message.from_wire(asked[0]), recursion_available=True)
                reply.set_rcode(code)
                reply.answer = [dns.rrset.from_text(*record.split(" ", 4)) for record in records]
                server.sendto(reply.to_wire(), asked[1])

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield DnspythonResolver([server.getsockname()])
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", server.getsockname())
            thread.join(10)


ALIASES = ("a.test. 60 IN CNAME b.test.", "b.test. 60 IN CNAME c.test.")


def test_a_chain_of_aliases_is_followed_to_its_end() -> None:
    with answering(dns.rcode.NOERROR, *ALIASES, 'c.test. 60 IN TXT "v=spf1 -all"') as resolver_:
        assert resolver_.look_up("a.test", "TXT") == DnsAnswer(DnsStatus.FOUND, ("v=spf1 -all",), "c.test")


def test_an_alias_of_a_name_that_does_not_exist_is_named() -> None:
    with answering(dns.rcode.NXDOMAIN, *ALIASES) as resolver_:
        assert resolver_.look_up("a.test", "TXT") == DnsAnswer(DnsStatus.NO_NAME, (), "c.test")


def test_an_alias_of_a_name_without_such_records_is_named() -> None:
    with answering(dns.rcode.NOERROR, *ALIASES) as resolver_:
        assert resolver_.look_up("a.test", "TXT") == DnsAnswer(DnsStatus.NO_DATA, (), "c.test")


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR, dns.rcode.NOTIMP])
def test_a_server_that_cannot_answer_says_nothing_about_the_record(code: dns.rcode.Rcode) -> None:
    with answering(code) as resolver_:
        assert resolver_.look_up("a.test", "TXT") == DnsAnswer(DnsStatus.UNREACHABLE)


def test_aliases_in_a_circle_say_nothing_about_the_record() -> None:
    with answering(dns.rcode.NOERROR, *ALIASES, "c.test. 60 IN CNAME a.test.") as resolver_:
        resolver_.lifetime = 1.0
        assert resolver_.look_up("a.test", "TXT") == DnsAnswer(DnsStatus.UNREACHABLE)


def test_without_any_server_nothing_is_reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unconfigured(configure: bool = True) -> dns.resolver.Resolver:
        if configure:
            raise dns.resolver.NoResolverConfiguration
        return plain(configure=False)

    plain = dns.resolver.Resolver
    monkeypatch.setattr(dns.resolver, "Resolver", unconfigured)
    assert DnspythonResolver().look_up("a.test", "TXT") == DnsAnswer(DnsStatus.UNREACHABLE)


@pytest.mark.parametrize("name", ["a..test", "x" * 64 + ".test", ".".join(["abcdefg"] * 40)])
def test_a_name_that_cannot_be_does_not_exist(asked: DnspythonResolver, name: str) -> None:
    assert asked.look_up(name, "TXT") == DnsAnswer(DnsStatus.NO_NAME)


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        (r'"a" "b"', "ab"),
        (r'"\195\188"', "ü"),
        (r'"\255"', "\\xff"),
        (r'"a\000b"', "a\x00b"),
        (r'"p=MII\009BIj" "AN\009BgkQ"', "p=MII\tBIjAN\tBgkQ"),
        (r'"say \"hi\""', 'say "hi"'),
    ],
)
def test_any_bytes_become_the_text_that_receivers_read(wire: str, text: str) -> None:
    assert text_of(dns.rdata.from_text("IN", "TXT", wire)) == text


def test_settings_name_the_servers(settings: Settings) -> None:
    settings.SIMULATOR_DNS_PORT = 5399
    assert servers_of("simulator") == [("127.0.0.1", 5399)]
    assert servers_of("192.0.2.1, 192.0.2.2:5353,[2001:db8::1]:54,2001:db8::2,[::1]") == [
        ("192.0.2.1", 53), ("192.0.2.2", 5353), ("2001:db8::1", 54), ("2001:db8::2", 53), ("::1", 53),
    ]  # fmt: skip
    assert servers_of("") == []


def test_no_record_keeps_a_check_busy_however_many_names_it_leads_to() -> None:
    seconds: list[str] = []
    records = {SPF.host: " ".join(["v=spf1", *(f"include:n{number}.test" for number in range(2000)), "-all"])}

    def slow(name: str, type: str) -> DnsAnswer:
        seconds.append(name)
        return DnsAnswer(DnsStatus.FOUND, (records[name],)) if name in records else around(SPF)(name, type)

    found = judge(SPF, within(slow, 20, clock=lambda: len(seconds)))
    assert len(seconds) == 20
    assert (found.state, found.value[-5:]) == ("wrong", " -all")
