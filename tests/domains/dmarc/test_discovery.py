"""The policy that applies is found by the tree walk of RFC 9989 4.10."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.dmarc.discovery import above, discover
from tests.domains.spf.zones import dns


def found(domain: str, records: dict[str, str]) -> tuple[str, str]:
    """Return the domain whose record applies, and its text."""
    zone = {f"_dmarc.{name}": ["TIMEOUT"] if text == "TIMEOUT" else [{"TXT": text}] for name, text in records.items()}
    discovery = discover(dns(zone), domain)
    return (discovery.domain, discovery.policy.text) if discovery.policy else ("", "")


def test_the_eight_questions_of_a_long_name() -> None:
    domain = "a.b.c.d.e.f.g.h.i.j.mail.example.com"
    steps = discover(dns({}), domain).steps
    assert [step.term for step in steps] == [
        f"_dmarc.{domain}",
        "_dmarc.g.h.i.j.mail.example.com",
        "_dmarc.h.i.j.mail.example.com",
        "_dmarc.i.j.mail.example.com",
        "_dmarc.j.mail.example.com",
        "_dmarc.mail.example.com",
        "_dmarc.example.com",
        "_dmarc.com",
    ]


@given(st.lists(st.sampled_from(["a", "mail", "d"]), min_size=2, max_size=20))
def test_no_name_needs_more_than_eight_questions(labels: list[str]) -> None:
    assert len(above(".".join(labels))) <= 7


@pytest.mark.parametrize(
    ("records", "domain"),
    [
        ({"a.mail.example.com": "p=none", "example.com": "p=reject"}, "a.mail.example.com"),
        ({"mail.example.com": "p=none", "example.com": "p=reject"}, "example.com"),
        ({"mail.example.com": "p=none; psd=n", "example.com": "p=reject"}, "mail.example.com"),
        ({"com": "p=reject; psd=y"}, "com"),
        ({"com": "p=none; psd=y", "example.com": "p=reject"}, "example.com"),
        ({"com": "p=none; psd=y", "mail.example.com": "p=reject"}, "com"),
        ({"example.com": "p=none; psd=y", "mail.example.com": "p=reject"}, "mail.example.com"),
        ({"com": "p=none"}, "com"),
        ({}, ""),
    ],
)
def test_whose_record_applies(records: dict[str, str], domain: str) -> None:
    held = {name: f"v=DMARC1; {text}" for name, text in records.items()}
    assert found("a.mail.example.com", held) == (domain, held.get(domain, ""))


def test_what_is_no_policy_is_passed_over() -> None:
    zone = {
        "_dmarc.a.d.test": [{"TXT": "v=DMARC1; p=none"}, {"TXT": "v=DMARC1; p=reject"}],
        "_dmarc.d.test": [{"TXT": "v=spf1 -all"}, {"TXT": "v=DMARC1; p=reject"}],
    }
    discovery = discover(dns(zone), "a.d.test")
    assert discovery.domain == "d.test"
    assert [step.outcome for step in discovery.steps] == ["several", "found", "none"]


def test_no_answer_decides_nothing() -> None:
    for silent in ("a.d.test", "d.test", "test"):
        discovery = discover(dns({f"_dmarc.{silent}": ["TIMEOUT"]}), "a.d.test")
        assert (discovery.policy, discovery.unanswered) == (None, silent)


def test_no_answer_above_a_record_that_was_found_does_not_matter() -> None:
    assert found("a.d.test", {"d.test": "v=DMARC1; p=reject", "test": "TIMEOUT"})[0] == "d.test"
