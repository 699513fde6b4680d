"""What is stored in English is told in the reader's language."""

from __future__ import annotations

from django.utils import translation

from accounts.stored_texts import filled, lines


def test_a_stored_sentence_is_translated_and_filled() -> None:
    text, values = "%(count)d h ago", {"count": 3}
    assert filled(text, values) == "3 h ago"
    with translation.override("zh-hans"):
        assert filled(text, values) == "3 小时前"


def test_the_lines_of_a_value_are_translated_one_by_one() -> None:
    with translation.override("zh-hans"):
        assert filled("Because: %(reason)s", {"reason": ["just now", "as typed"]}) == "Because: 刚刚\nas typed"
        assert filled("%(name)s", {"name": "just now"}) == "just now"


def test_lines_that_are_no_sentence_of_the_product_stay() -> None:
    assert lines("") == ""
    assert lines("as typed\n\njust now") == "as typed\n\njust now"
    with translation.override("zh-hans"):
        assert lines("as typed\n\njust now") == "as typed\n\n刚刚"
