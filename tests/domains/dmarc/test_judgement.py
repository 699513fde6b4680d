"""A domain passes when a DMARC policy applies to it; what to enter never says less than what applies now."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domains.judged import DMARC, sentence_for, verdict

PARENT = "_dmarc.d.test"


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1; p=none",
        "v=DMARC1; p=reject; rua=mailto:d@d.test; adkim=s",
        "v = DMARC1 ;\tp = Quarantine ;",
        "v=DMARC1; rua=mailto:d@d.test",
        "v=DMARC1; sp=reject; p=none; np=reject; psd=n; t=y; x=1",
    ],
)
def test_a_policy_of_its_own_passes_and_stays(text: str) -> None:
    found = verdict(DMARC, text)
    assert (found.state, found.reason) == ("passed", "")
    assert found.value == text.replace("\t", " ")


@pytest.mark.parametrize(
    ("values", "reason", "value"),
    [
        (("v=DMARC1",), "dmarc_policy", "v=DMARC1; p=none"),
        (("v=DMARC1; p=maybe",), "dmarc_policy", "v=DMARC1; p=none"),
        (("v=DMARC1; p=reject; sp=maybe",), "dmarc_policy", "v=DMARC1; p=reject"),
        (("v=dmarc1; p=reject",), "dmarc_prefix", "v=DMARC1; p=reject"),
        (("p=reject; v=DMARC1; rua=mailto:d@d.test",), "dmarc_prefix", "v=DMARC1; p=reject; rua=mailto:d@d.test"),
        (("v=DMARC1 p=reject",), "dmarc_prefix", "v=DMARC1; p=reject"),
        (('"v=DMARC1; p=quarantine"',), "quoted", "v=DMARC1; p=quarantine"),
        (("v=DMARC1\\; p=reject",), "quoted", "v=DMARC1; p=reject"),
        (("v=DMARC1; p=none; p=reject",), "dmarc_twice", "v=DMARC1; p=reject"),
        (
            ("v=DMARC1; p=none; rua=mailto:a@d.test", "v=DMARC1; p=reject; rua=mailto:b@d.test"),
            "dmarc_several",
            "v=DMARC1; p=reject; rua=mailto:a@d.test,mailto:b@d.test",
        ),
    ],
)
def test_a_fault_is_named_and_the_policy_kept(values: tuple[str, ...], reason: str, value: str) -> None:
    found = verdict(DMARC, *values)
    assert (found.state, found.reason, found.value) == ("wrong", reason, value)
    assert value in sentence_for(DMARC, found)
    assert verdict(DMARC, found.value).state == "passed"


def test_without_any_policy_one_is_to_be_entered() -> None:
    found = verdict(DMARC, "hello")
    assert (found.state, found.reason, found.value) == ("missing", "dmarc_missing", "v=DMARC1; p=none")
    assert [step.term for step in found.steps] == ["_dmarc.mail.d.test", "_dmarc.d.test", "_dmarc.test"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("v=DMARC1; p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC1; p=none; sp=reject; rua=mailto:d@d.test", "v=DMARC1; p=reject; rua=mailto:d@d.test"),
        ("v=DMARC1; p=reject; sp=quarantine; np=none; t=y", "v=DMARC1; p=quarantine; t=y"),
    ],
)
def test_a_policy_from_above_passes_and_is_not_to_be_weakened(text: str, value: str) -> None:
    found = verdict(DMARC, zone={PARENT: [{"TXT": text}]})
    assert (found.state, found.reason) == ("passed", f"dmarc_inherited {PARENT}")
    assert (found.seen, found.value) == (text, value)
    assert "nothing to enter" in sentence_for(DMARC, found)


@pytest.mark.parametrize(
    "values", [("v=DMARC1 p=none",), ("v=DMARC1; p=none", "v=DMARC1; p=none; rua=mailto:d@d.test")]
)
def test_where_a_strict_policy_from_above_applies_none_that_is_mended_weakens_it(values: tuple[str, ...]) -> None:
    found = verdict(DMARC, *values, zone={PARENT: [{"TXT": "v=DMARC1; p=reject"}]})
    assert found.state == "wrong"
    assert found.value.startswith("v=DMARC1; p=reject")


@pytest.mark.parametrize("row", [["TIMEOUT"]])
def test_where_the_policy_above_cannot_be_asked_nothing_is_advised(row: list[Any]) -> None:
    found = verdict(DMARC, zone={PARENT: row})
    assert (found.state, found.reason, found.value) == ("unreachable", f"dmarc_dns {PARENT}", "")


def test_a_policy_from_above_that_nobody_acts_on_is_none() -> None:
    assert verdict(DMARC, zone={PARENT: [{"TXT": "v=DMARC1; p=maybe"}]}).state == "missing"
