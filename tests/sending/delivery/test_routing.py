"""Routes from DNS: what is final, what is temporary, and where mail must never go."""

from __future__ import annotations

import asyncio

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
}
FAULTS = {"mx-fails.test MX": "servfail", "sick.test": "servfail", "big.test MX": "truncated"}


def routes(*domains: str, faults: dict[str, str] | None = None, **options: object) -> list[routing.Route]:
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


def test_hosts_come_by_preference_ipv4_first() -> None:
    assert addresses("plain.test") == ["8.8.8.8", "2001:4860:4860::8888", PUBLIC]


def test_equals_are_shuffled() -> None:
    orders = {tuple(host.address for host in routes("equal.test")[0].hosts) for _ in range(8)}
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(f"8.8.8.{n}" for n in range(6))}


@pytest.mark.parametrize(
    ("domain", "failure"),
    [
        ("null.test", Failure.NULL_MX),
        ("absent.test", Failure.NO_DOMAIN),
        ("nothing.test", Failure.NO_MAIL_HOST),
        ("dangling.test", Failure.NO_MAIL_HOST),
        ("loop.test", Failure.FORBIDDEN_HOST),
        ("mx-fails.test", Failure.DNS),
        ("host-fails.test", Failure.DNS),
        ("bad..name", Failure.NO_DOMAIN),
    ],
)
def test_failures_say_which_they_are(domain: str, failure: Failure) -> None:
    assert routes(domain) == [routing.Route(failure=failure)]


def test_a_silent_server_is_a_temporary_failure_without_a_look_at_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routing, "LOOK_UP_SECONDS", 0.2)
    assert routes("mx-silent.test", faults={"mx-silent.test MX": "silent"}) == [routing.Route(failure=Failure.DNS)]


@pytest.mark.parametrize("domain", ["address-only.test", "alias.test", "half-null.test", "mixed.test", "big.test"])
def test_what_real_zones_look_like_is_tolerated(domain: str) -> None:
    """No MX but an address; an MX that is an alias; a null MX beside a real one; one bad host; TCP."""
    assert addresses(domain) == [PUBLIC]


def test_a_domain_that_is_an_alias_has_its_targets_hosts() -> None:
    assert addresses("www.test")[0] == "8.8.8.8"


def test_an_exact_address_and_port_may_be_allowed() -> None:
    allowed = {("127.0.0.1", 2526)}
    (route,) = routes("loop.test", allowed=allowed, port=2526)
    assert [str(host) for host in route.hosts] == ["local.test [127.0.0.1]:2526"]
    assert routes("loop.test", allowed=allowed, port=25)[0].failure is Failure.FORBIDDEN_HOST


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
