"""JSON inside strings: template variables and extra headers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.acceptance import json_values
from tests.refusals import refused


def test_numbers_keep_their_spelling_and_truths_their_word():
    text = '{"code": "007", "minutes": 10, "price": 10.50, "big": 1e3, "new": true, "none": null}'
    assert json_values.variables(text) == {
        "code": "007",
        "minutes": "10",
        "price": "10.50",
        "big": "1e3",
        "new": "true",
        "none": "",
    }


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
        st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    )
)
def test_strings_come_through_unchanged(values: dict[str, str]):
    assert json_values.variables(json.dumps(values)) == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "1",
        '"a"',
        "null",
        '{"a": []}',
        '{"a": {"b": 1}}',
        '{"a": NaN}',
        '{"a": "\\u0000"}',
        '{"a\\u0000": "b"}',
        '{"a": "\\ud800"}',
        "[" * 100_000,
        "<b>",
    ],
)
def test_what_is_no_object_of_scalars_is_refused(text: str):
    with refused() as caught:
        json_values.variables(text)
    assert caught.value.code == "FailedOperation.WrongContentJson"


def test_headers_are_an_object_of_strings():
    assert json_values.headers('{"X-Campaign": "spring"}') == {"X-Campaign": "spring"}
    assert json_values.headers("") == {}
    for text in ('{"X-A": ["b"]}', '{"X-A": null}', "[]", "X-A: b"):
        with refused() as caught:
            json_values.headers(text)
        assert caught.value.code == "InvalidParameterValue"
        assert caught.value.field == "SmtpHeaders"
