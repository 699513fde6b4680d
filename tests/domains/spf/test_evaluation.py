"""SPF is evaluated as RFC 7208 says: its own test suite, and the chain of look-ups."""

from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from domains.spf.evaluation import check_host
from domains.spf.macros import SendingHost
from tests.domains.spf.zones import dns

SCENARIOS = json.loads((Path(__file__).parents[2] / "corpus/spf/rfc7208-tests.json").read_text())
CASES = [
    pytest.param(scenario["zonedata"], case, id=f"{scenario['description']}: {name}")
    for scenario in SCENARIOS
    for name, case in scenario["tests"].items()
]


def sender(ip: str, mail_from: str = "a@d.test", helo: str = "mx.ses.test") -> SendingHost:
    return SendingHost(ip_address(ip), mail_from, helo)


@pytest.mark.parametrize(("zone", "case"), CASES)
def test_the_suite_of_rfc_7208(zone: dict[str, Any], case: dict[str, Any]) -> None:
    mail_from = case["mailfrom"] or f"postmaster@{case['helo']}"
    domain = mail_from.rpartition("@")[2]
    outcome = check_host(dns(zone), sender(case["host"], mail_from, case["helo"]), domain)
    wanted = case["result"]
    assert outcome.result in (wanted if isinstance(wanted, list) else [wanted])


def includes(count: int, *, at: str = "d.test") -> dict[str, Any]:
    """Return a zone where a record of `at` includes `count` others."""
    terms = " ".join(f"include:i{number}.test" for number in range(count))
    return {at: [{"TXT": f"v=spf1 {terms} -all"}]} | {
        f"i{number}.test": [{"TXT": "v=spf1 ip4:198.51.100.1 -all"}] for number in range(count)
    }


@pytest.mark.parametrize(("count", "result"), [(10, "fail"), (11, "permerror")])
def test_ten_look_ups_are_allowed(count: int, result: str) -> None:
    assert check_host(dns(includes(count)), sender("192.0.2.1"), "d.test").result == result


def test_the_whole_record_is_counted_beyond_the_limit() -> None:
    outcome = check_host(dns(includes(13)), sender("192.0.2.1"), "d.test", to_end=True)
    assert (outcome.result, outcome.count, outcome.reason) == ("permerror", 13, "spf_look_ups 13")


def test_an_address_without_a_name_is_a_void_look_up() -> None:
    zone = {"d.test": [{"TXT": "v=spf1 ptr ptr ptr -all"}]}
    assert check_host(dns(zone), sender("192.0.2.1"), "d.test").reason == "spf_void 1.2.0.192.in-addr.arpa"


def test_a_record_that_includes_itself_ends() -> None:
    zone = {"d.test": [{"TXT": "v=spf1 include:d.test -all"}]}
    for to_end in (False, True):
        assert check_host(dns(zone), sender("192.0.2.1"), "d.test", to_end=to_end).result == "permerror"


def test_the_chain_names_each_look_up_with_its_number_and_what_it_led_to() -> None:
    zone = {
        "d.test": [{"TXT": "v=spf1 a:gone.test include:a.test mx ~all"}, {"MX": [10, "mx.d.test"]}],
        "a.test": [{"TXT": "v=spf1 ip4:192.0.2.0/24 include:b.test -all"}],
        "b.test": [{"TXT": "v=spf1 -all"}],
        "mx.d.test": [{"A": "198.51.100.9"}],
    }
    outcome = check_host(dns(zone), sender("192.0.2.1"), "d.test", to_end=True)
    assert outcome.result == "pass"
    assert [(step.level, step.number, step.term, step.outcome) for step in outcome.steps] == [
        (0, 0, "d.test", "found"),
        (1, 1, "a:gone.test", "void"),
        (1, 2, "include:a.test", "match"),
        (2, 3, "include:b.test", "found"),
        (1, 4, "mx", "no_match"),
    ]
    assert outcome.steps[4].found == "10 mx.d.test."


def test_the_final_dot_and_the_case_of_a_name_do_not_matter() -> None:
    zone = {"d.test": [{"TXT": "v=spf1 Include:A.test. -all"}], "a.test": [{"TXT": "v=spf1 ip4:192.0.2.1 -all"}]}
    assert check_host(dns(zone), sender("192.0.2.1"), "d.test").result == "pass"


def test_an_ipv4_address_written_as_ipv6_is_the_same() -> None:
    zone = {"d.test": [{"TXT": "v=spf1 ip4:192.0.2.1 -all"}]}
    assert check_host(dns(zone), sender("::ffff:192.0.2.1"), "d.test").result == "pass"


@pytest.mark.parametrize(
    "term", ["include:error.test", "a:error.test", "mx:error.test", "exists:error.test", "redirect=error.test"]
)
def test_dns_that_does_not_answer_is_a_temporary_error(term: str) -> None:
    outcome = check_host(dns({"d.test": [{"TXT": f"v=spf1 {term}"}]}), sender("192.0.2.1"), "d.test")
    assert (outcome.result, outcome.reason) == ("temperror", "spf_dns error.test")
