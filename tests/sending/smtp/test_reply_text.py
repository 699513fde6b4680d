"""A reply is read as the rules want it."""

from __future__ import annotations

import pytest

from sending.smtp.reply_text import own_words, readable


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<spam@quota.test>: User Unknown", "@: user unknown"),
        ("收件人zhang@qq.test不存在", "收件人@不存在"),
        ("[ada@a.test]: rejected", "@: rejected"),
        ('"ada.b"@c.test gone', "@ gone"),
        ("user doesn’t exist", "user doesn't exist"),
        ("host spam.a.test[192.0.2.1] said: 550 no", "550 no"),
    ],
)
def test_addresses_and_who_reports_are_no_words_of_a_reply(text: str, wanted: str) -> None:
    assert readable(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (" 5.1.1 no such 550-5.1.1 user 550 5.1.1 here", " 5.1.1 no such 5.1.1 user 5.1.1 here"),
        (" 550 5.1.1 no", " 5.1.1 no"),
        (" said 550 5.1.1 no", " said 550 5.1.1 no"),
        ("-<a@b.test> 550 unrouteable address", "-<a@b.test> unrouteable address"),
        ("-no such 550-user 550 here 550 5.1.1 no", "-no such user here 550 5.1.1 no"),
        (" 5.7.1 they said: 550 5.1.1 no", " 5.7.1 they said: 550 5.1.1 no"),
    ],
)
def test_the_codes_of_a_replys_own_lines_go_and_those_of_other_replies_stay(text: str, wanted: str) -> None:
    assert own_words(text, 550) == wanted
