"""The table of reply rules is sound, and one that is not is named."""

from __future__ import annotations

import pytest

from sending.smtp.bounce_class import ADVICE, BounceClass
from sending.smtp.reply_rules import RULES, ReplyRule, load, read
from sending.smtp.rule_faults import faults

ROW = """
[[rule]]
class = "QuotaIssues"
provider = "any"
source = "RFC 3463 3.3"
"""
DEAD = """
[[rule]]
class = "InvalidRecipient"
provider = "any"
source = "RFC 5321 4.2.2"
dead = true
"""


def test_the_table_has_no_fault() -> None:
    assert faults(RULES) == []


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.name[:60])
def test_every_rule_has_a_source_that_can_be_looked_up(rule: ReplyRule) -> None:
    assert "RFC " in rule.source or "https://" in rule.source or "http://" in rule.source


def test_the_providers_of_the_home_market_and_the_largest_elsewhere_are_named() -> None:
    named = " ".join(rule.provider for rule in RULES)
    for provider in ("QQ", "Exmail", "163", "126", "Sina", "Sohu", "Aliyun", "139", "189"):
        assert provider in named
    for provider in ("Microsoft", "Google", "Yahoo", "Yandex", "Mail.ru", "GMX", "WEB.DE", "Apple", "Orange", "Free"):
        assert provider in named
    for provider in ("La Poste", "Comcast", "AT&T", "Proofpoint", "Mimecast", "Barracuda", "Cisco", "Postfix", "Exim"):
        assert provider in named
    for provider in ("Sendmail", "qmail", "Exchange", "Domino", "Courier"):
        assert provider in named


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (ROW + "[rule.words]\n'overfull' = \"550 nothing\"", "is decided by no rule"),
        (ROW + "[rule.words]\n'quota exceeded' = \"550 quota exceeded\"", "is decided by"),
        (ROW + "[rule.words]\n'brimming' = \"brimming\"", "is not a reply"),
        (ROW + "[rule.words]\n'brimming' = \"550 5.2.2 brimming\"", "is decided by QuotaIssues x.2.2"),
        (DEAD + "[rule.words]\n'gone fishing' = \"550 5.1.1 gone fishing\"", "the same way without it"),
        (DEAD + "[rule.words]\n'gone fishing' = \"552 gone fishing\"", "is not hard"),
        (ROW.replace("RFC 3463 3.3", " ") + "[rule.words]\n'brimming' = \"550 brimming\"", "its source is missing"),
    ],
)
def test_a_rule_that_is_shadowed_decides_nothing_or_has_no_source_is_named(row: str, fault: str) -> None:
    found = faults(load({**read(), "zz.toml": row}))
    assert any(fault in each for each in found), found


def test_a_class_without_advice_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ADVICE, BounceClass.RATE_LIMITED)
    assert faults(RULES) == ["RateLimited has no advice"]
