"""Addresses: what is one, how it is spelled, and what the refusals say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocklist import normalise
from sending import addresses
from sending.acceptance import extra_headers
from sending.addresses import Mailbox
from sending.mime.header_fields import mailbox_list

ATOM = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=64)
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(lambda x: x[2:4] != "--")
DOMAIN = st.builds(
    lambda labels, last: ".".join([*labels, last]),
    st.lists(LABEL, min_size=1, max_size=4),
    st.sampled_from(["com", "test", "co.uk"]),
)


def test_a_bare_address() -> None:
    assert addresses.parse("Ann.B+x@Example.COM") == Mailbox("Ann.B+x", "example.com")


def test_an_alias_stands_before_the_address() -> None:
    assert addresses.parse("Ann from Übersee <ann@example.com>") == Mailbox("ann", "example.com", "Ann from Übersee")
    assert addresses.parse('"Ann, B." <ann@example.com>').alias == "Ann, B."


def test_a_domain_in_other_scripts_is_encoded() -> None:
    assert addresses.parse("a@bücher.example").address == "a@xn--bcher-kva.example"


@pytest.mark.parametrize(("text", "words"), [
    ("", "needs a name"),
    ("ann", "needs a name"),
    ("@example.com", "needs a name"),
    ("ann@", "needs a name"),
    ("ann@localhost", "at least one dot"),
    ("ann@192.0.2.1", "does not end in a number"),
    ("ann@-a.example", "cannot be part"),
    ("ann@example.com.", "ends in a dot"),
    ("ann @example.com", "before the @"),
    ("ann@exa mple.com", "no scheme"),
    ("änn@example.com", "SMTPUTF8"),
    ('"ann b"@example.com', "before the @"),
    ("<ann@example.com>", "Write the address alone"),
    ("Ann<ann@example.com>", "one space before"),
    ("Ann  <ann@example.com>", "one space"),
    (" <ann@example.com>", "alias"),
    ("A: b <ann@example.com>", "colon"),
    ("Ann <ann@example.com> x", "Write the address alone"),
    ("a" * 65 + "@example.com", "64 are allowed"),
    ("a@" + "b" * 60 + "." + ("c" * 60 + ".") * 4 + "com", "254 are allowed"),
    ("ann@example.com\r\nBcc: x@y.example", "U+000D"),
])  # fmt: skip
def test_what_is_no_address_is_refused_with_what_to_mend(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("+", r"\+")):
        addresses.parse(text)


@pytest.mark.parametrize(
    "character", ["\0", "\t", "\n", "\r", "\x0b", "\x1f", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"]
)
@pytest.mark.parametrize(
    "place",
    [
        "{}ann@example.com",
        "a{}nn@example.com",
        "ann@exa{}mple.com",
        "ann@example.com{}",
        "A{}nn <ann@example.com>",
        "Ann <ann@example.com>{}",
    ],
)
def test_no_control_character_passes_anywhere(character: str, place: str) -> None:
    with pytest.raises(ValueError, match=f"U\\+{ord(character):04X}"):
        addresses.parse(place.format(character))


@given(local=ATOM, domain=DOMAIN)
def test_every_sound_address_is_read_as_it_stands_and_the_blocklist_can_spell_it(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    assert addresses.parse(text).address == text
    assert normalise.address(text) == text.lower()


@given(st.text(max_size=300))
def test_whatever_is_read_is_clean_and_short_enough(text: str) -> None:
    try:
        found = addresses.parse(text)
    except ValueError:
        return
    assert found.address.isascii()
    assert len(found.address) <= 254
    assert extra_headers.fault(found.alias + found.address) == ""
    assert addresses.parse_bare(found.address).address == found.address


@given(alias=st.text(min_size=1, max_size=40), local=ATOM, domain=DOMAIN)
def test_whatever_is_read_can_be_written_as_one_mailbox(alias: str, local: str, domain: str) -> None:
    try:
        found = addresses.parse(f"{alias} <{local}@{domain}>")
    except ValueError:
        return
    written = mailbox_list("Reply-To", found.text)
    assert written.count(b"@") >= 1
    assert mailbox_list("Reply-To", f"{found.text}, b@example.com").endswith(b"b@example.com")
    assert addresses.parse(found.text).address == found.address


def test_a_comma_in_an_alias_makes_no_second_address() -> None:
    assert (
        mailbox_list("Reply-To", addresses.parse("Lee, Ann <ann@example.com>").text) == b'"Lee, Ann" <ann@example.com>'
    )
