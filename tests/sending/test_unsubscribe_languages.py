"""Which language an unsubscribe code names, and that each has its texts everywhere."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from sending.unsubscribe_languages import CODES, LANGUAGES, by_code, language_of


def test_the_sites_number_english_and_simplified_chinese_the_other_way_round() -> None:
    mainland, international = by_code("mainland"), by_code("international")
    assert (mainland["1"], mainland["2"]) == (international["2"], international["1"]) == ("zh-Hans", "en")
    assert {code for code in mainland if mainland[code] != international[code]} == {"1", "2"}


@pytest.mark.parametrize(
    ("site", "code", "tag"),
    [
        ("mainland", "1", "zh-Hans"),
        ("mainland", "2", "en"),
        ("international", "1", "en"),
        ("international", "2", "zh-Hans"),
        ("mainland", "9", "ar"),
        ("international", "12", "vi"),
    ],
)
def test_a_code_names_its_language(site: str, code: str, tag: str) -> None:
    assert language_of(code, site).tag == tag


@pytest.mark.parametrize("code", ["", "0", "13", "99", "en"])
def test_a_code_that_names_no_language_means_english(code: str) -> None:
    assert language_of(code, "mainland").tag == "en"


def test_every_code_but_0_has_a_language_of_its_own_with_all_its_texts() -> None:
    assert {language_of(code, "mainland") for code in CODES - {"0"}} == set(LANGUAGES)
    for field in asdict(LANGUAGES[0]).keys() - {"direction"}:
        texts = [str(getattr(language, field)) for language in LANGUAGES]
        assert all(texts)
        assert len(set(texts)) == len(texts) == 12, field


def test_every_language_names_sender_and_address() -> None:
    for language in LANGUAGES:
        for sentence in (language.question, language.done):
            shown = sentence.format(sender="shop.test", address="a•••@b.test")
            assert "shop.test" in shown
            assert "a•••@b.test" in shown


def test_only_arabic_runs_from_right_to_left() -> None:
    assert [language.tag for language in LANGUAGES if language.direction == "rtl"] == ["ar"]
