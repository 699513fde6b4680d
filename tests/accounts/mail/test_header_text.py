"""Headers of strangers' mails, on one line, decoded, and never an error."""

from __future__ import annotations

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
