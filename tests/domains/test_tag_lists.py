"""Tag-lists as RFC 6376 3.2 has them."""

from __future__ import annotations

import pytest

from domains.tag_lists import members, pairs, parse, without_blanks


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("v=DKIM1; p=ab", {"v": "DKIM1", "p": "ab"}),
        ("v=DKIM1;p=ab;", {"v": "DKIM1", "p": "ab"}),
        (" v = DKIM1 ;\tp =\ta\tb ; ", {"v": "DKIM1", "p": "a\tb"}),
        ("p=a\r\n b", {"p": "a\r\n b"}),
        ("p=", {"p": ""}),
        ("p=ab==", {"p": "ab=="}),
        ("V=DKIM1; x_9=1", {"V": "DKIM1", "x_9": "1"}),
    ],
)
def test_what_is_a_list(text: str, tags: dict[str, str]) -> None:
    assert parse(text) == tags


@pytest.mark.parametrize(
    "text",
    ["", ";", "v=DKIM1;; p=a", "v=DKIM1; p", "p=a; p=a", "9=a", "a-b=c", "p=a\nb", "p=a\r\nb", "p=ü", "=a", "p=a\x00"],
)
def test_what_is_none(text: str) -> None:
    assert parse(text) is None


def test_what_looks_like_tags_is_read_from_any_text() -> None:
    assert pairs("V=DMARC1 ;; p= Reject; rubbish") == [("v", "DMARC1"), ("p", "Reject")]


def test_blanks_and_members() -> None:
    assert without_blanks("a\t b\r\n c") == "abc"
    assert members(" sha1 :\tsha256") == ["sha1", "sha256"]
