"""Headers of strangers' mails, on one line, decoded, and never an error."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail.header_text import decoded, subject
from tests.sending.simulator.mails import RAW


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (RAW, "Grüße und mehr"),
        (b"From: x\r\n\r\nSubject: of the body", ""),
        (b"Subject: =?utf-8?B?5L2g5aW9?=\r\n =?utf-8?B?77yB?=\r\n\r\nx", "你好！"),
        (b"SUBJECT: folded\r\n\tand more\r\nFrom: x\r\n\r\n", "folded and more"),
        (b"Subject: =?nonsense?B?AAAA?=\r\n\r\n", "=?nonsense?B?AAAA?="),
    ],
)
def test_a_subject_is_found_unfolded_and_decoded(raw: bytes, text: str) -> None:
    assert subject(raw) == text


@pytest.mark.parametrize("charset", ["gb18030", "gb2312", "gbk", "big5", "iso-2022-jp", "shift_jis", "euc-jp", "utf-8"])
@pytest.mark.parametrize("encoding", "bq")
@pytest.mark.parametrize("size", [3, 7, 100])
def test_encoded_words_of_every_charset_are_read_even_when_a_character_is_cut(
    charset: str, encoding: str, size: int
) -> None:
    words = "自動返信" if charset != "gb2312" else "自动回复"
    data = words.encode(charset)
    if charset == "iso-2022-jp":
        size = 100
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    encoded = (
        base64.b64encode(piece).decode() if encoding == "b" else "".join(f"={byte:02X}" for byte in piece)
        for piece in pieces
    )
    value = "\r\n ".join(f"=?{charset.upper()}?{encoding}?{piece}?=" for piece in encoded)
    assert decoded(f"Re: {value} =?utf-8?q?A-1?=") == f"Re: {words}A-1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?Q?Read: Delivery status?=", "Read: Delivery status"),
        ("=?utf-8*en?q?hi?= you", "hi you"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?nonsense?b?AAAA?= =?utf-8?q?c?=", "=?nonsense?b?AAAA?= c"),
        ("=?unknown-8bit?q?=D7=D4=B6=AF?=", "自动"),
    ],
)
def test_encoded_words_are_read_as_they_are_sent(value: str, text: str) -> None:
    assert decoded(value) == text


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_subject_that_came_without_encoding_is_read(charset: str) -> None:
    assert subject("Subject: 自动回复：您的订单\r\n\r\n".encode(charset)) == "自动回复：您的订单"


def test_control_characters_are_gone() -> None:
    assert decoded("=?utf-8?q?a=0D=0Ab=00?=") == "a  b "


@given(st.binary(max_size=1_500))
def test_any_bytes_have_a_subject(raw: bytes) -> None:
    subject(raw).encode()
    subject(b"Subject: " + raw).encode("utf-8", "replace")


def test_mutants_have_a_subject() -> None:
    chance = random.Random(5)
    for _ in range(2_000):
        raw = bytearray(RAW)
        for _ in range(chance.randrange(1, 10)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(3)] = bytes([chance.randrange(256)]) * chance.randrange(3)
        subject(bytes(raw)).encode()
