"""The spelling that codes are computed from: the same before the database and after it, and different for each content."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.audit_record import EntryRecord, canonical, is_seal_hash, seal_hash

ENTRY = EntryRecord(
    id=7,
    account_id=3,
    at=datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC),
    actor="ann@example.test",
    channel="console",
    ip="192.0.2.7",
    act="templates.approve",
    target="Order",
    details='{"version": 3}',
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.django_db
@given(details=st.dictionaries(TEXT, VALUES, max_size=5))
def test_a_round_trip_through_jsonb_changes_no_spelling(details: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(details)])
        (kept,) = cursor.fetchone()
    assert canonical(kept) == canonical(json.dumps(details))


@given(left=VALUES, right=VALUES)
def test_two_values_have_one_spelling_only_when_they_are_equal(left: Any, right: Any) -> None:
    same = canonical(json.dumps(left)) == canonical(json.dumps(right))
    assert same == (_typed(left) == _typed(right))


def _typed(value: Any) -> Any:
    """Return a value that is equal to another only where JSON says the same: true is not 1."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    if isinstance(value, float):
        # What is stored is the shortest decimal of a float, not its binary value.
        return Decimal(repr(value))
    return ("truth", value) if isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0", "1"),
        ("1e2", "100"),
        ("-0.0", "0"),
        ("0.10", "0.1"),
        ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
        ("1" * 5000, "1" * 5000),
        (' {"b": 1,\n"a": [true, null]} ', '{"a":[true,null],"b":1}'),
        ('"\\u00e9"', '"\\u00e9"'),
        ('"é"', '"\\u00e9"'),
    ],
)
def test_numbers_keys_and_escapes_have_one_spelling(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"id": 8},
        {"account_id": None},
        {"at": ENTRY.at + timedelta(microseconds=1)},
        {"actor": "ann@example.tes"},
        {"channel": "api"},
        {"ip": ""},
        {"act": "templates.reject"},
        {"target": "Orders"},
        {"details": '{"version": 4}'},
        # What one field loses, the next may not win.
        {"act": "templates.approveO", "target": "rder"},
    ],
)
def test_every_column_is_in_the_code(change: dict[str, Any]) -> None:
    assert ENTRY.is_by(ENTRY.mac())
    assert not replace(ENTRY, **change).is_by(ENTRY.mac())


def test_the_hour_counts_and_not_the_zone_it_is_written_in() -> None:
    shanghai = ENTRY.at.astimezone(tz=datetime.now().astimezone().tzinfo)
    assert replace(ENTRY, at=shanghai).is_by(ENTRY.mac())


def test_who_has_no_key_makes_no_code_and_older_keys_still_verify(settings: Settings) -> None:
    mac = ENTRY.mac()
    seal = seal_hash(number=1, previous=bytes(32), entry=7, mac=mac)
    settings.SECRETS_KEYS = ["another key, of forty characters or so ..", *settings.SECRETS_KEYS]
    assert ENTRY.is_by(mac)
    assert is_seal_hash(seal, number=1, previous=bytes(32), entry=7, mac=mac)
    assert ENTRY.mac() != mac
    settings.SECRETS_KEYS = settings.SECRETS_KEYS[:1]
    assert not ENTRY.is_by(mac)
    assert not is_seal_hash(seal, number=1, previous=bytes(32), entry=7, mac=mac)


@pytest.mark.parametrize("change", [{"number": 2}, {"previous": b"1" * 32}, {"entry": 8}, {"mac": b"1" * 32}])
def test_a_seal_is_bound_to_its_place(change: dict[str, Any]) -> None:
    place: dict[str, Any] = {"number": 1, "previous": bytes(32), "entry": 7, "mac": ENTRY.mac()}
    assert is_seal_hash(seal_hash(**place), **place)
    assert not is_seal_hash(seal_hash(**place), **(place | change))
