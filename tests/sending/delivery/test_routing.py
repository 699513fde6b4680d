"""Routes from DNS: what is final, what is temporary, and where mail must never go."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from functools import partial

import pytest

from sending.delivery import routing
from sending.delivery.public_addresses import may_connect
from sending.smtp.host import Host
from sending.smtp.result import Failure
from tests.sending.delivery import dns_server

PUBLIC = "8.8.4.4"
ZONE: dns_server.Zone = {
    "plain.test": {"MX": ["10 mx1.plain.test.", "20 mx2.plain.test."]},
    "mx1.plain.test": {"A": ["8.8.8.8"], "AAAA": ["2001:4860:4860::8888"]},
    "mx2.plain.test": {"A": [PUBLIC]},
    "equal.test": {"MX": [f"10 e{n}.equal.test." for n in range(6)]},
    **{f"e{n}.equal.test": {"A": [f"8.8.8.{n}"]} for n in range(6)},
    "null.test": {"MX": ["0 ."]},
    "half-null.test": {"MX": ["0 .", "10 mx2.plain.test."]},
    "address-only.test": {"A": [PUBLIC]},
    "nothing.test": {"TXT": ["x"]},
    "alias.test": {"MX": ["10 other.test."]},
    "other.test": {"CNAME": ["mx2.plain.test."]},
    "www.test": {"CNAME": ["plain.test."]},
    "loop.test": {"MX": ["10 local.test."]},
    "local.test": {"A": ["127.0.0.1"], "AAAA": ["::ffff:127.0.0.1", "64:ff9b::7f00:1"]},
    "mixed.test": {"MX": ["10 local.test.", "20 mx2.plain.test."]},
    "dangling.test": {"MX": ["10 gone.test."]},
    "mx-fails.test": {"A": [PUBLIC]},
    "mx-silent.test": {"A": [PUBLIC]},
    "host-fails.test": {"MX": ["10 sick.test."]},
    "big.test": {"MX": ["10 mx2.plain.test."]},
    "not-quite-null.test": {"MX": ["10 ."]},
    "no-address.test": {"MX": ["10 nothing.test."]},
    "misnamed.test": {"MX": ["10 a\\032b.test.", "20 mx\\195\\169.test."]},
    "dead-alias.test": {"CNAME": ["gone.test."]},
    "denied.test": {"A": [PUBLIC]},
    "cut.test": {"MX": ["10 mx2.plain.test."]},
    "odd.test": {"MX": ["10 mx2.plain.test."]},
    "cut-host.test": {"MX": ["10 cut-addresses.test.", "20 mx2.plain.test."]},
    "cut-addresses.test": {"A": ["8.8.8.8"], "AAAA": ["2001:4860:4860::8888"]},
    "half-cut.test": {"MX": ["10 half-cut-host.test."]},
    "half-cut-host.test": {"A": [PUBLIC], "AAAA": ["2001:4860:4860::8844"]},
    "many.test": {"MX": ["10 many-a.test.", "20 many-b.test."]},
    "many-a.test": {"A": [f"8.8.9.{n}" for n in range(8)], "AAAA": [f"2001:4860:4860::{n}" for n in range(1, 4)]},
    "many-b.test": {"A": [PUBLIC]},
    "twice.test": {"MX": ["10 mx2.plain.test.", "20 mx2-again.test."]},
    "crowded.test": {"MX": [f"{n} c{n}.crowded.test." for n in range(300)]},
    **{f"c{n}.crowded.test": {"A": [f"8.8.{n // 200}.{n % 200}"]} for n in range(300)},
    "wide.test": {"MX": ["10 wide-host.test."]},
    "wide-host.test": {"A": [f"8.9.{n // 200}.{n % 200}" for n in range(1000)]},
    "circle.test": {"CNAME": ["circle-b.test."]},
    "circle-b.test": {"CNAME": ["circle.test."]},
    "to-circle.test": {"MX": ["10 circle.test.", "20 mx2.plain.test."]},
    "to-address.test": {"MX": ["10 192.0.2.1.", "20 mx2.plain.test."]},
    "to-localhost.test": {"MX": ["10 localhost.", "20 mx2.plain.test."]},
    "xn--bcher-kva.test": {"MX": ["10 mx2.plain.test."]},
    "mx2-again.test": {"A": [PUBLIC], "AAAA": [f"::ffff:{PUBLIC}"]},
}
FAULTS = {
    "mx-fails.test MX": "servfail",
    "sick.test": "servfail",
    "big.test MX": "truncated",
    "denied.test MX": "nxdomain",
    "cut.test MX": "malformed",
    "odd.test MX": "empty",
    "cut-addresses.test": "malformed",
    "half-cut-host.test AAAA": b"\x20\x01",
}


def routes(*domains: str, faults: dict[str, str | bytes] | None = None, **options: object) -> list[routing.Route]:
    async def ask() -> list[routing.Route]:
        async with dns_server.serve(ZONE, FAULTS if faults is None else faults) as (_, address):
            direct = routing.MxRouter(address, **options)
            try:
                return [await direct.route(domain) for domain in domains]
            finally:
                await direct.close()

    return asyncio.run(ask())


def addresses(domain: str) -> list[str]:
    return [host.address for host in routes(domain)[0].hosts]


@pytest.fixture
def quick_look_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for an answer that cannot be read gives up soon."""
    monkeypatch.setattr(routing, "LOOK_UP_SECONDS", 1.0)


def test_hosts_come_by_preference_ipv4_first() -> None:
    assert addresses("plain.test") == ["8.8.8.8", "2001:4860:4860::8888", PUBLIC]


def test_equals_are_shuffled() -> None:
    orders = {tuple(host.address for host in routes("equal.test")[0].hosts) for _ in range(8)}
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} <= {
        frozenset(f"8.8.8.{n}" for n in range(6) if n != left_out) for left_out in range(6)
    }


@pytest.mark.parametrize(
    ("domain", "failure"),
    [
        ("null.test", Failure.NULL_MX),
        ("not-quite-null.test", Failure.NO_HOST_ADDRESS),
        ("absent.test", Failure.NO_DOMAIN),
        ("nothing.test", Failure.NO_MAIL_HOST),
        ("dangling.test", Failure.NO_HOST_ADDRESS),
        ("no-address.test", Failure.NO_HOST_ADDRESS),
        ("misnamed.test", Failure.NO_HOST_ADDRESS),
        ("dead-alias.test", Failure.NO_MAIL_HOST),
        ("denied.test", Failure.DNS),
        ("loop.test", Failure.FORBIDDEN_HOST),
        ("mx-fails.test", Failure.DNS),
        ("host-fails.test", Failure.DNS),
        ("cut.test", Failure.DNS),
        ("odd.test", Failure.NO_MAIL_HOST),
        ("circle.test", Failure.DNS),
        ("bad..name", Failure.NO_DOMAIN),
        (f"{'x' * 64}.test", Failure.NO_DOMAIN),
    ],
)
def test_failures_say_which_they_are(domain: str, failure: Failure, quick_look_ups: None) -> None:
    assert routes(domain) == [routing.Route(failure=failure)]


def test_a_silent_server_is_a_temporary_failure_without_a_look_at_the_address(quick_look_ups: None) -> None:
    assert routes("mx-silent.test", faults={"mx-silent.test MX": "silent"}) == [routing.Route(failure=Failure.DNS)]


@pytest.mark.parametrize("domain", ["address-only.test", "alias.test", "half-null.test", "mixed.test", "big.test"])
def test_what_real_zones_look_like_is_tolerated(domain: str) -> None:
    """No MX but an address; an MX that is an alias; a null MX beside a real one; one bad host; TCP."""
    assert addresses(domain) == [PUBLIC]


@pytest.mark.parametrize("domain", ["to-circle.test", "to-address.test", "to-localhost.test", "xn--bcher-kva.test"])
def test_an_mx_record_that_leads_nowhere_leaves_the_next(domain: str) -> None:
    assert addresses(domain) == [PUBLIC]


def test_a_domain_that_is_an_alias_has_its_targets_hosts() -> None:
    assert addresses("www.test")[0] == "8.8.8.8"


def test_an_exact_address_and_port_may_be_allowed() -> None:
    allowed = {("127.0.0.1", 2526)}
    (route,) = routes("loop.test", allowed=allowed, port=2526)
    assert [str(host) for host in route.hosts] == ["local.test [127.0.0.1]:2526"]
    assert routes("loop.test", allowed=allowed, port=25)[0].failure is Failure.FORBIDDEN_HOST


@pytest.mark.parametrize("fault", ["servfail", "malformed", "silent", b"\x00"])
def test_a_name_that_may_exist_is_not_taken_for_a_dead_domain(fault: str | bytes, quick_look_ups: None) -> None:
    """Who says that the domain does not exist must be believed, for it blocks addresses: so it is asked again."""
    faults = {"absent.test A": fault}
    assert routes("absent.test", faults=faults) == [routing.Route(failure=Failure.DNS)]


def test_a_malformed_answer_is_its_own_names_alone_and_soon_asked_again(quick_look_ups: None) -> None:
    assert addresses("cut-host.test") == [PUBLIC]
    assert kept_for("cut-host.test") <= routing.FAILURE_CACHE_SECONDS


def test_a_host_that_has_an_ipv4_address_is_not_asked_again_for_ipv6(quick_look_ups: None) -> None:
    assert addresses("half-cut.test") == [PUBLIC]
    assert kept_for("half-cut.test") > routing.FAILURE_CACHE_SECONDS


def test_malformed_answers_fail_no_domain_that_is_asked_for_at_the_same_time(quick_look_ups: None) -> None:
    async def ask() -> list[Failure]:
        async with dns_server.serve(ZONE, FAULTS) as (_, address):
            direct = routing.MxRouter(address)
            asked = ["cut.test", "plain.test", "cut-host.test", *ZONE]
            found = await asyncio.gather(*(direct.route(domain) for domain in asked))
            await direct.close()
            return [route.failure for domain, route in zip(asked, found, strict=True) if domain == "plain.test"]

    assert set(asyncio.run(ask())) == {Failure.NONE}


def kept_for(domain: str) -> float:
    async def ask() -> float:
        async with dns_server.serve(ZONE, FAULTS) as (_, address):
            direct = routing.MxRouter(address)
            await direct.route(domain)
            await direct.close()
            return direct.cached[domain][0] - time.monotonic()

    return asyncio.run(ask())


@pytest.mark.parametrize("domain", ["mx-fails.test", "host-fails.test", "dangling.test", "nothing.test", "absent.test"])
def test_failures_are_kept_for_half_a_minute(domain: str) -> None:
    assert kept_for(domain) <= routing.FAILURE_CACHE_SECONDS == 30


def test_routes_are_kept_for_as_long_as_the_zone_says() -> None:
    assert routing.FAILURE_CACHE_SECONDS < kept_for("plain.test") <= 300


def test_an_attempt_has_five_addresses_at_most_and_none_twice() -> None:
    (route,) = routes("many.test")
    assert [host.name for host in route.hosts] == ["many-a.test"] * 4 + ["many-b.test"]
    assert [":" in host.address for host in route.hosts] == [False, False, False, True, False]
    assert len(routing.key_of(route)) == 12
    assert addresses("twice.test") == [PUBLIC]


def test_of_very_many_hosts_and_addresses_a_few_are_kept() -> None:
    assert addresses("crowded.test") == [f"8.8.0.{n}" for n in range(5)]
    (route,) = routes("wide.test")
    assert (len(route.hosts), len(routing.key_of(route))) == (5, 10)


def test_silent_servers_leave_the_next_one_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of three do not answer."""
    monkeypatch.setattr(routing, "LOOK_UP_SECONDS", 1.5)

    async def ask() -> routing.Route:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute, socket.socket(type=socket.SOCK_DGRAM) as other:
            silent = []
            for server in (mute, other):
                server.bind(("127.0.0.1", 0))
                silent.append(f"127.0.0.1:{server.getsockname()[1]}")
            async with dns_server.serve(ZONE) as (_, address):
                direct = routing.MxRouter(",".join([*silent, address]))
                try:
                    return await direct.route("alias.test")
                finally:
                    await direct.close()

    assert [host.address for host in asyncio.run(ask()).hosts] == [PUBLIC]


def test_a_truncated_answer_without_tcp_is_a_temporary_failure(quick_look_ups: None) -> None:
    async def ask() -> routing.Route:
        async with dns_server.serve(ZONE, FAULTS) as (server, address):
            # Whoever asks by TCP is hung up on.
            server.answer = partial(_by_udp_alone, server.answer)
            direct = routing.MxRouter(address)
            try:
                return await direct.route("big.test")
            finally:
                await direct.close()

    assert asyncio.run(ask()) == routing.Route(failure=Failure.DNS)


def _by_udp_alone(answer: Callable[..., bytes], data: bytes, *, tcp: bool) -> bytes:
    return b"" if tcp else answer(data, tcp=False)


def test_domains_with_the_same_hosts_share_a_site_whichever_are_chosen() -> None:
    assert len({routing.key_of(routes("equal.test")[0]) for _ in range(8)}) == 1
    assert len(routing.key_of(routes("equal.test")[0])) == 6


def test_answers_are_kept_and_asked_for_once_at_a_time() -> None:
    async def ask() -> int:
        async with dns_server.serve(ZONE) as (server, address):
            direct = routing.MxRouter(address)
            await asyncio.gather(*(direct.route("plain.test") for _ in range(20)))
            await direct.route("plain.test")
            await direct.close()
            return server.asked["plain.test", "MX"]

    assert asyncio.run(ask()) == 1


def test_the_oldest_routes_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "CACHE_ROUTES", 2)

    async def ask() -> list[str]:
        async with dns_server.serve(ZONE) as (_, address):
            direct = routing.MxRouter(address)
            for domain in ("plain.test", "null.test", "equal.test", "absent.test"):
                await direct.route(domain)
            await direct.close()
            return list(direct.cached)

    assert asyncio.run(ask()) == ["equal.test", "absent.test"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "::",
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "169.254.1.1",
        "192.168.1.1",
        "224.0.0.1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fec0::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "255.255.255.255",
        "localhost",
        "127.1",
        "0x7f000001",
        "",
    ],
)
def test_no_connection_to_what_is_not_public(address: str) -> None:
    assert not may_connect(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "2002:808:808::1"])
def test_public_addresses_may_be_connected_to(address: str) -> None:
    assert may_connect(address)


def test_the_relay_is_read_from_its_url() -> None:
    host = routing.relay("smtps://us%40er:p%3Aw@relay.test")
    assert host.is_relay
    assert (host.name, host.port, host.tls, host.user, host.password) == ("relay.test", 465, True, "us@er", "p:w")
    assert routing.relay("smtp://relay.test:2500").port == 2500
    with pytest.raises(ValueError, match="SES_RELAY_URL"):
        routing.relay("http://relay.test")


def test_the_simulator_gets_every_domain() -> None:
    simulator = Host("simulator", "127.0.0.1", 2526)
    chosen, _ = routing.router("simulator", simulator=simulator, relay_url="", resolver="8.8.8.8")
    assert asyncio.run(chosen.route("gmail.com")).hosts == (simulator,)
    with pytest.raises(ValueError, match="SES_TRANSPORT"):
        routing.router("pigeon", simulator=simulator, relay_url="", resolver="")
