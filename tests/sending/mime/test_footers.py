"""The unsubscribe line in every language of the API."""

from __future__ import annotations

import pytest

from sending.mime.footers import footer
from sending.unsubscribe_languages import CODES

URL = "https://ses.test/u/x"


@pytest.mark.parametrize("code", sorted(CODES - {"0"}))
def test_every_language_has_its_own_line_with_the_link(code: str) -> None:
    html, text = footer(code, URL, site="mainland")
    assert f'href="{URL}"' in html
    assert text.endswith(URL)


def test_no_line_for_code_0() -> None:
    assert footer("0", URL, site="mainland") == ("", "")


def test_the_two_sites_number_chinese_and_english_the_other_way_round() -> None:
    assert footer("1", URL, site="mainland") == footer("2", URL, site="international")
    assert footer("2", URL, site="mainland") == footer("1", URL, site="international")
    assert footer("5", URL, site="mainland") == footer("5", URL, site="international")


def test_arabic_runs_from_right_to_left() -> None:
    assert 'dir="rtl"' in footer("9", URL, site="mainland")[0]


def test_a_code_nobody_knows_still_gives_a_link() -> None:
    assert "unsubscribe here" in footer("99", URL, site="mainland")[1]
