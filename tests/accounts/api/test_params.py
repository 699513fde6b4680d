"""Bodies, forms and flattened names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.api import params
from tests.refusals import code_of, refused

_NAMES = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=8)
_VALUES = st.recursive(
    st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(_NAMES, inner, min_size=1, max_size=3),
    max_leaves=8,
)


def flat(value: Any, prefix: str = "") -> dict[str, str]:
    """Flatten as the official SDK does."""
    if isinstance(value, str):
        return {prefix: value}
    children = enumerate(value) if isinstance(value, list) else value.items()
    found: dict[str, str] = {}
    for key, child in children:
        found |= flat(child, f"{prefix}.{key}" if prefix else str(key))
    return found


def depth(value: Any) -> int:
    if isinstance(value, str):
        return 0
    return 1 + max(map(depth, value if isinstance(value, list) else value.values()))


@given(st.dictionaries(_NAMES, _VALUES, max_size=4))
def test_what_the_sdk_flattens_comes_back_as_it_was(value: dict[str, Any]):
    if not value or depth(value) <= params.MAX_DEPTH:
        assert params.nest(flat(value)) == value


@pytest.mark.parametrize(
    "names",
    [
        ["Destination.1"],
        ["Destination.0", "Destination.2"],
        ["Template", "Template.TemplateID"],
        ["Template.TemplateID", "Template"],
        ["Template..TemplateID"],
        [".Template"],
        [".".join("a" * 9)],
        ["a." * 100_000 + "a"],
    ],
)
def test_names_that_make_no_sense_are_refused(names: list[str]):
    with refused() as caught:
        params.nest(dict.fromkeys(names, "x"))
    assert caught.value.code == "InvalidParameter"
    assert len(caught.value.message) < 300


@given(st.dictionaries(st.text(st.sampled_from("ab.01"), max_size=9), st.just("x"), max_size=6))
def test_any_names_nest_or_are_refused(names: dict[str, str]):
    assert code_of(lambda: params.nest(names)) in {None, "InvalidParameter"}


def test_a_name_given_twice_is_refused():
    with refused(match="twice"):
        params.from_query("Subject=a&Subject=b")


def test_blanks_and_pluses_are_read_as_the_sdk_writes_them():
    assert params.from_query("Subject=a+b%20c&Cc.0=") == {"Subject": "a b c", "Cc": [""]}


def test_bytes_that_are_no_text_are_refused_in_a_query():
    with refused(match="UTF-8"):
        params.from_query("Subject=%ff%fe")


def test_an_empty_body_is_an_empty_object():
    assert params.from_json(b"") == params.from_json(b"{}") == {}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff{}",
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' * 100_000,
        b"[" * 100_000,
        b"TemplateID=10091",
    ],
)
def test_a_body_that_is_no_object_is_refused(body: bytes):
    with refused() as caught:
        params.from_json(body)
    assert caught.value.code == "InvalidParameter"
    assert "JSON" in caught.value.message or "UTF-8" in caught.value.message


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_refused(body: bytes):
    assert code_of(lambda: params.from_json(body)) in {None, "InvalidParameter"}
