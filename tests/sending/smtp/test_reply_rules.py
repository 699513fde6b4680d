"""The files of reply rules become one table, or say which row is none."""

from __future__ import annotations

import pytest

from sending.smtp.bounce_class import BounceClass
from sending.smtp.reply_rules import ORDER, RULES, BadRule, load, read

ROW = """
[[rule]]
class = "QuotaIssues"
provider = "any"
source = "RFC 3463 3.3"
"""


def test_words_are_asked_by_class_in_one_order() -> None:
    places = [ORDER.index(rule.bounce_class) for rule in RULES.words]
    assert places == sorted(places)


def test_only_rules_of_a_dead_mailbox_or_domain_say_dead() -> None:
    dead = {rule.bounce_class for rule in RULES if rule.is_dead}
    assert dead == {BounceClass.INVALID_RECIPIENT, BounceClass.BAD_DOMAIN}
    assert all(rule.is_of_reports for rule in RULES if rule.is_dead and rule.bounce_class is BounceClass.BAD_DOMAIN)


def test_what_is_said_of_one_providers_codes_is_asked_before_what_is_said_of_all() -> None:
    general = [rule.is_general for rule in RULES.dead]
    assert general == sorted(general)


def test_a_table_without_a_rule_is_the_rest() -> None:
    for rule in (RULES.words[0], RULES.dead[0], RULES.weak[0], RULES.codes["x.1.1"]):
        assert set(map(id, RULES)) - set(map(id, RULES.without(rule))) == {id(rule)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[rule", "TOMLDecodeError"),
        ("", "rule"),
        (ROW.replace("QuotaIssues", "Fullness"), "Fullness"),
        (ROW.replace('provider = "any"\n', ""), "provider"),
        (ROW + "colour = 1\n", "colour"),
        (ROW + "[rule.words]\n'(' = \"550 a\"", r"missing \)"),
        (ROW.replace("QuotaIssues", "Other") + "[rule.words]\n'a' = \"550 a\"", "ORDER"),
        (ROW + '[rule.codes]\n"552" = "552 a"', "552 has two rules"),
    ],
)
def test_a_row_that_is_none_is_named(text: str, words: str) -> None:
    with pytest.raises(BadRule, match=words):
        load({**read(), "zz.toml": text})
