"""The unsubscribe page's words."""

from __future__ import annotations

import pytest

from sending.tracking import words


@pytest.mark.parametrize(
    ("site", "code", "language"),
    [
        ("mainland", "1", "zh-Hans"),
        ("mainland", "2", "en"),
        ("international", "1", "en"),
        ("international", "2", "zh-Hans"),
        ("mainland", "9", "ar"),
        ("international", "12", "vi"),
        ("mainland", "0", "en"),
        ("mainland", "", "en"),
        ("mainland", "99", "en"),
    ],
)
def test_a_code_names_its_language(site: str, code: str, language: str) -> None:
    assert words.of_code(code, site).language == language


def test_every_language_names_sender_and_address() -> None:
    for code in map(str, range(1, 13)):
        spoken = words.of_code(code, "mainland")
        for sentence in (spoken.question, spoken.done):
            shown = sentence.format(sender="shop.test", address="a•••@b.test")
            assert "shop.test" in shown
            assert "a•••@b.test" in shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("alice@example.com", "a•••e@example.com"),
        ("bob@example.com", "b•••@example.com"),
        ("b@example.com", "b•••@example.com"),
    ],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert words.masked(address) == shown
