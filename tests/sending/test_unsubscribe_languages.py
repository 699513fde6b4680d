"""Which language an unsubscribe code names, and that each has its words everywhere."""

from __future__ import annotations

import pytest

from sending import unsubscribe_languages
from sending.mime.footers import LINES
from sending.tracking.words import BY_LANGUAGE


def test_the_sites_number_english_and_simplified_chinese_the_other_way_round() -> None:
    mainland, international = unsubscribe_languages.by_code("mainland"), unsubscribe_languages.by_code("international")
    assert (mainland["1"], mainland["2"]) == (international["2"], international["1"]) == ("zh-Hans", "en")
    assert {code for code in mainland if mainland[code] != international[code]} == {"1", "2"}


@pytest.mark.parametrize("code", ["", "0", "13", "en"])
def test_a_code_that_names_no_language_means_english(code: str) -> None:
    assert unsubscribe_languages.tag_of(code, "mainland") == "en"


def test_every_language_has_a_name_a_footer_and_a_page() -> None:
    tags = set(unsubscribe_languages.by_code("mainland").values())
    assert tags == set(unsubscribe_languages.NAMES) == set(LINES) == set(BY_LANGUAGE)


def test_only_arabic_runs_from_right_to_left() -> None:
    assert [tag for tag in unsubscribe_languages.NAMES if unsubscribe_languages.direction_of(tag) == "rtl"] == ["ar"]
