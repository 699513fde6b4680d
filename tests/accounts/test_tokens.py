from __future__ import annotations

import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import tokens
from accounts.secrets import keys_for

NUMBERS = st.lists(st.integers(min_value=-(2**63), max_value=2**63 - 1), min_size=1, max_size=3)


@given(NUMBERS)
def test_a_token_gives_its_numbers_back(numbers: list[int]) -> None:
    assert tokens.read("test", tokens.make("test", *numbers)) == tuple(numbers)


@given(NUMBERS)
def test_a_token_of_another_purpose_is_none(numbers: list[int]) -> None:
    assert tokens.read("open", tokens.make("click", *numbers)) is None


@given(NUMBERS, st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_an_altered_token_is_none(numbers: list[int], place: int, change: int) -> None:
    token = bytearray(tokens.make("test", *numbers))
    token[place % len(token)] ^= change
    assert tokens.read("test", bytes(token)) is None


@given(st.binary(max_size=60))
def test_made_up_bytes_are_none(made_up: bytes) -> None:
    assert tokens.read("test", made_up) is None


@given(NUMBERS)
def test_a_token_survives_the_url(numbers: list[int]) -> None:
    token = tokens.make("test", *numbers)
    text = tokens.to_url(token)
    assert tokens.from_url(text) == token
    assert text.replace("-", "").replace("_", "").isalnum()


@given(st.binary(min_size=1, max_size=40))
def test_a_url_token_has_one_spelling(token: bytes) -> None:
    text = tokens.to_url(token)
    for other in (text + "=", text + " ", text + "\n", f" {text}"):
        assert tokens.from_url(other) == b""


@given(NUMBERS)
def test_a_token_survives_a_local_part_in_any_case(numbers: list[int]) -> None:
    token = tokens.make("test", *numbers)
    text = tokens.to_local_part(token)
    assert text == text.lower()
    assert tokens.from_local_part(text.upper()) == tokens.from_local_part(text) == token


@given(st.text(max_size=40))
def test_any_text_can_be_asked(text: str) -> None:
    for read in (tokens.from_url, tokens.from_local_part):
        assert tokens.read("test", read(text)) is None


def test_a_token_outlives_the_rotation_of_its_key(settings: Settings) -> None:
    settings.SECRETS_KEYS = ["old key " * 5]
    token = tokens.make("test", 7)
    settings.SECRETS_KEYS = ["new key " * 5, "old key " * 5]
    assert tokens.read("test", token) == (7,)
    settings.SECRETS_KEYS = ["new key " * 5]
    assert tokens.read("test", token) is None


def test_the_mac_is_hmac_sha256_cut_to_128_bits() -> None:
    # RFC 2104 5: no less than half of the hash.
    body = (7).to_bytes(8, "big")
    assert tokens.make("test", 7) == body + hmac.digest(keys_for("token.test")[0], body, "sha256")[:16]


def test_a_mac_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    constant = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append({a, b}) or constant(a, b))
    token = tokens.make("test", 7)
    assert tokens.read("test", token) == (7,)
    assert compared == [{token[8:]}]


@given(st.binary(min_size=1, max_size=300))
def test_an_encrypted_token_gives_its_content_back_to_its_purpose_only(content: bytes) -> None:
    token = tokens.encrypt("test", content)
    assert tokens.decrypt("test", token) == content
    assert tokens.decrypt("other", token) is None
    assert len(token) == len(content) + 16
    # The same mail has the same bytes at every attempt.
    assert tokens.encrypt("test", content) == token


@given(st.binary(min_size=1, max_size=60), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_an_altered_encrypted_token_is_none(content: bytes, place: int, change: int) -> None:
    token = bytearray(tokens.encrypt("test", content))
    token[place % len(token)] ^= change
    assert tokens.decrypt("test", bytes(token)) is None


@given(st.binary(max_size=60))
def test_made_up_bytes_are_no_encrypted_token(made_up: bytes) -> None:
    assert tokens.decrypt("test", made_up) is None
    assert tokens.decrypt("test", tokens.make("test", 1, 2)) is None


def test_nothing_of_the_content_can_be_read() -> None:
    content = b"https://shop.example.test/reset?token=secret"
    token = tokens.encrypt("test", content)
    assert not any(content[at : at + 4] in token for at in range(len(content) - 4))


def test_an_encrypted_token_outlives_the_rotation_of_its_key(settings: Settings) -> None:
    settings.SECRETS_KEYS = ["old key " * 5]
    token = tokens.encrypt("test", b"content")
    settings.SECRETS_KEYS = ["new key " * 5, "old key " * 5]
    assert tokens.decrypt("test", token) == b"content"
    assert tokens.encrypt("test", b"content") != token
    settings.SECRETS_KEYS = ["new key " * 5]
    assert tokens.decrypt("test", token) is None


def test_a_token_is_encrypted_by_a_key_of_its_own(settings: Settings) -> None:
    content = b"content"
    assert tokens.encrypt("test", content) == AESSIV(keys_for("token.test.encrypted")[0]).encrypt(content, None)
    assert keys_for("token.test.encrypted") != keys_for("token.test")
