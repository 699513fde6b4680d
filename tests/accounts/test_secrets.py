from __future__ import annotations

import base64

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import ApiKey
from accounts.secrets import decrypt, encrypt, keys_for
from tests import factories

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT)
def test_what_is_encrypted_can_be_decrypted(plain: str) -> None:
    assert decrypt(encrypt(plain, purpose="test"), purpose="test") == plain


def test_one_text_is_encrypted_differently_each_time() -> None:
    assert encrypt("secret", purpose="test") != encrypt("secret", purpose="test")


def test_a_secret_is_decrypted_for_its_purpose_only() -> None:
    with pytest.raises(ValueError, match="SES_SECRETS_KEY"):
        decrypt(encrypt("secret", purpose="one"), purpose="two")


@given(st.integers(min_value=0, max_value=200))
def test_an_altered_secret_is_not_decrypted(place: int) -> None:
    raw = bytearray(base64.b64decode(encrypt("a secret that is worth hiding", purpose="test")))
    raw[place % len(raw)] ^= 1
    with pytest.raises(ValueError, match="decrypts this secret"):
        decrypt(base64.b64encode(raw).decode(), purpose="test")


def test_an_older_key_still_decrypts_and_the_newest_encrypts(settings: Settings) -> None:
    settings.SECRETS_KEYS = ["old key " * 5]
    encrypted = encrypt("secret", purpose="test")
    settings.SECRETS_KEYS = ["new key " * 5, "old key " * 5]
    assert decrypt(encrypted, purpose="test") == "secret"
    renewed = encrypt("secret", purpose="test")
    settings.SECRETS_KEYS = ["new key " * 5]
    assert decrypt(renewed, purpose="test") == "secret"
    with pytest.raises(ValueError, match="put the earlier key back"):
        decrypt(encrypted, purpose="test")


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert keys_for("one") != keys_for("two")
    assert all(len(key) == 32 for key in keys_for("one"))


@pytest.mark.django_db
def test_an_encrypted_column_is_plain_in_python_and_not_in_the_database() -> None:
    key = factories.api_key(factories.account(), secret_key="the plain secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_key FROM accounts_apikey WHERE id = %s", [key.pk])
        stored = cursor.fetchone()[0]
    assert "plain" not in stored
    assert ApiKey.objects.get(pk=key.pk).secret_key == "the plain secret"


@pytest.mark.django_db
def test_an_empty_secret_stays_empty() -> None:
    key = factories.api_key(factories.account(), secret_key="")
    assert ApiKey.objects.get(pk=key.pk).secret_key == ""
