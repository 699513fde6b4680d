from dataclasses import fields

import pytest

from config.rules import FIXED, Rules, load


def test_every_rule_has_a_unit_and_a_source():
    for rule in fields(Rules):
        assert rule.metadata["unit"], rule.name
        assert rule.metadata["source"], rule.name


def test_the_environment_overrides_a_rule():
    assert load({"SES_RULE_BLOCK_DAYS": "14"}).block_days == 14


@pytest.mark.parametrize("name", sorted(FIXED))
def test_the_review_limits_cannot_be_set(name):
    with pytest.raises(ValueError, match="fixed"):
        load({f"SES_RULE_{name.upper()}": "1"})


def test_the_review_limits_are_160_characters_one_to_five_and_50_images():
    rules = Rules()
    assert (rules.review_min_characters, rules.review_text_per_variable, rules.review_max_images) == (160, 5, 50)


@pytest.mark.parametrize("value", ["many", "1.5", "-1"])
def test_a_bad_override_is_refused_by_name(value):
    with pytest.raises(ValueError, match="SES_RULE_BLOCK_DAYS"):
        load({"SES_RULE_BLOCK_DAYS": value})
