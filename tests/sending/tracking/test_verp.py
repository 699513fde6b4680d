"""The envelope sender names its message, in every letter case, and cannot be guessed."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from accounts import tokens
from sending.tracking import verp

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_message_is_read_back_in_any_letter_case(message: int) -> None:
    address = verp.envelope_sender(message, "news.example.test")
    assert verp.read(address) == verp.read(address.upper()) == message
    assert len(address.partition("@")[0]) <= 64


@given(st.text())
def test_any_other_address_is_none_of_ours(text: str) -> None:
    assert verp.read(text) is None
    assert verp.read(f"b-{text}@example.test") is None


def test_no_altered_address_is_read() -> None:
    chance = random.Random(3)
    address = verp.envelope_sender(1_864_000_000_000_000_000, "example.test")
    local = address.partition("@")[0]
    for _ in range(10_000):
        at = chance.randrange(2, len(local))
        altered = local[:at] + chance.choice(ALPHABET.replace(local[at], "")) + local[at + 1 :]
        assert verp.read(f"{altered}@example.test") is None


def test_a_click_token_is_no_envelope_sender() -> None:
    assert verp.read(f"b-{tokens.to_local_part(tokens.make('click', 5))}@example.test") is None


def test_the_sender_is_the_same_at_every_attempt() -> None:
    assert verp.envelope_sender(5, "example.test") == verp.envelope_sender(5, "example.test")
