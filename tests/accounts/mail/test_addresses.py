"""Addresses: what is one, how it is spelled, and what the refusals say."""

from __future__ import annotations

import copy
import pickle
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail import addresses
from accounts.mail.addresses import AddressKey, Mailbox, key_of, key_or_text, split
from accounts.mail.host_names import host_name
from accounts.mail.text import TooLong, first_not_in_line
from sending.mime.header_fields import mailbox_list

ATOM = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=64)
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(lambda x: x[2:4] != "--")
DOMAIN = st.builds(
    lambda labels, last: ".".join([*labels, last]),
    st.lists(LABEL, min_size=1, max_size=4),
    st.sampled_from(["com", "test", "co.uk"]),
)
ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=300)


def test_a_bare_address() -> None:
    assert addresses.parse("Ann.B+x@Example.COM") == Mailbox("Ann.B+x", "example.com")


def test_an_alias_stands_before_the_address() -> None:
    assert addresses.parse("Ann from Übersee <ann@example.com>") == Mailbox("ann", "example.com", "Ann from Übersee")
    assert addresses.parse('"Ann, B." <ann@example.com>').alias == "Ann, B."
    assert addresses.parse(r'"Ann \\ B." <ann@example.com>').alias == r"Ann \ B."


def test_a_domain_in_other_scripts_is_encoded() -> None:
    assert addresses.parse("a@bücher.example").address == "a@xn--bcher-kva.example"
    assert addresses.parse("a@straße.de").address == "a@xn--strae-oqa.de"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("a..b.@docomo.test", "a..b.@docomo.test"),
        ("o'neil+news@sub.example.co.uk", "o'neil+news@sub.example.co.uk"),
    ],
)
def test_an_address_has_one_key(text: str, key: str) -> None:
    assert key_of(text).text == key


def test_nobody_but_the_reader_makes_a_key() -> None:
    with pytest.raises(TypeError):
        AddressKey("Ann@Example.com")  # type: ignore[call-arg]
    key = key_of("ann@example.com")
    with pytest.raises(AttributeError):
        key.text = "Ann@Example.com"  # type: ignore[misc]
    assert len({key, key_of("Ann@example.com."), copy.copy(key), pickle.loads(pickle.dumps(key))}) == 1
    assert f"{key}" == "ann@example.com"


@pytest.mark.parametrize("text", ["ann+news@gmail.com", "a.nn@gmail.com", "ann@googlemail.com"])
def test_mailboxes_that_some_provider_takes_for_one_stay_apart(text: str) -> None:
    assert key_of(text) != key_of("ann@gmail.com")


@st.composite
def two_spellings(draw: st.DrawFn) -> tuple[str, str]:
    """Return an address in two spellings: letter case, scripts, widths, composition, blanks around, the root's dot."""
    local = draw(ATOM)
    domain = draw(DOMAIN | st.sampled_from(["bücher.example", "例え.テスト", "пример.рф", "straße.de", "ガ.example"]))

    def spelling() -> str:
        name = draw(st.sampled_from([domain, host_name(domain), host_name(domain).upper()]))
        form = draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
        name = unicodedata.normalize(form, name) if name == domain else name
        if name.isascii() and draw(st.booleans()):
            name = "".join(chr(ord(letter) + 0xFEE0) if letter.isalnum() else letter for letter in name)
        name = name.replace(".", draw(st.sampled_from([".", ".", "。", "．"])))
        before, after = draw(st.sampled_from([("", ""), (" ", " "), ("", "\u3000")]))
        named = draw(st.sampled_from([local, local.upper(), local.swapcase()]))
        return f"{before}{named}@{name}{draw(st.sampled_from(['', '.']))}{after}"

    return spelling(), spelling()


@given(two_spellings())
def test_all_spellings_of_an_address_have_one_key(spellings: tuple[str, str]) -> None:
    first, second = spellings
    assert key_of(first) == key_of(second) == key_or_text(second)
    assert hash(key_of(first)) == hash(key_of(second))


def test_two_domains_that_only_look_alike_have_two_keys() -> None:
    assert key_of("ann@straße.de") != key_of("ann@strasse.de")


@pytest.mark.parametrize(("text", "words"), [
    ("", "needs a name"),
    ("ann", "needs a name"),
    ("@example.com", "needs a name"),
    ("ann@", "needs a name"),
    ("ann@localhost", "at least one dot"),
    ("ann@192.0.2.1", "does not end in a number"),
    ("ann@[192.0.2.1]", "IP address after the @"),
    ("ann@[IPv6:2001:db8::1]", "IP address after the @"),
    ("ann@-a.example", "cannot be part"),
    ("ann@example.com..", "a part is empty"),
    ("ann@xn--a.com", "DNS does not allow"),
    ("ann @example.com", "before the @"),
    ("ann@ example.com", "space after the @"),
    ("ann@exa mple.com", "no scheme"),
    ("ann@b@example.com", "before the @"),
    ("änn@example.com", "SMTPUTF8"),
    ('"ann b"@example.com', "before the @"),
    ('"ann"@example.com', "quotation mark"),
    ("<ann@example.com>", "Write the address alone"),
    ("Ann<ann@example.com>", "one space before"),
    ("Ann  <ann@example.com>", "one space"),
    (" <ann@example.com>", "alias"),
    ("Bank\u202egro.elpmaxe <ann@example.com>", "turns text around"),
    ("A: b <ann@example.com>", 'contain ":"'),
    ("Ann <ann@example.com> x", "Write the address alone"),
    ("x" * 101 + " <ann@example.com>", "100 are allowed"),
    ("a" * 65 + "@example.com", "64 are allowed"),
    ("a@" + "b" * 60 + "." + ("c" * 60 + ".") * 4 + "com", "254 are allowed"),
    ("a@" + "例." * 100 + "test", "253 characters"),
    ("ann@example.com\r\nBcc: x@y.example", "U+000D"),
])  # fmt: skip
def test_what_is_no_address_is_refused_with_what_to_fix(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("+", r"\+")):
        addresses.parse(text)


@pytest.mark.parametrize(
    "text", ["a" * 65 + "@example.com", "a@" + "b" * 60 + ("." + "c" * 60) * 4 + ".com", "a@" + "例." * 100 + "test"]
)
def test_an_address_that_is_too_long_is_told_apart(text: str) -> None:
    with pytest.raises(TooLong):
        addresses.parse_bare(text)


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
def test_every_sound_address_is_read_as_it_stands(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    assert addresses.parse(text).address == text
    assert split(text) == (local, domain)


@given(local=ATOM, domain=DOMAIN)
def test_a_key_is_the_same_in_any_letter_case(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    assert key_of(text) == key_of(text.upper()) == key_of(text.swapcase())
    assert key_of(text).text == text.lower()


@given(ANYTHING | st.builds("{}@{}.test".format, ANYTHING, ANYTHING))
def test_a_key_is_its_own_key_and_agrees_with_the_reading(text: str) -> None:
    try:
        mailbox = addresses.parse_bare(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"\w"):
            key_of(text)
        return
    key = key_of(text)
    assert key.text == mailbox.address.lower()
    assert key == mailbox.key == key_of(key.text) == key_of(mailbox.address) == key_or_text(text)


@given(ANYTHING)
def test_whatever_is_read_is_clean_and_short_enough(text: str) -> None:
    try:
        found = addresses.parse(text)
    except ValueError:
        return
    assert found.address.isascii()
    assert len(found.address) <= 254
    assert first_not_in_line(found.alias + found.address) == ""
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
    assert addresses.parse(found.text) == found


def test_a_comma_in_an_alias_makes_no_second_address() -> None:
    assert (
        mailbox_list("Reply-To", addresses.parse("Lee, Ann <ann@example.com>").text) == b'"Lee, Ann" <ann@example.com>'
    )


@given(ANYTHING)
def test_what_is_stored_or_sought_always_has_a_spelling_a_row_can_hold(text: str) -> None:
    spelling = key_or_text(text).text
    assert key_or_text(spelling).text == spelling
    assert len(spelling) <= 254
    spelling.encode()
    assert "\0" not in spelling


def test_what_is_no_address_is_sought_as_it_stands_in_lower_case() -> None:
    assert key_or_text(" Ann@Exam").text == "ann@exam"
    # As much as a row holds.
    assert len(key_or_text("x" * 1_000).text) == 254


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("@Bücher.example", "@xn--bcher-kva.example"),
        ("Ann Müller", "ann müller"),
        ("Mail.EXAMPLE", "mail.example"),
    ],
)
def test_a_domain_is_sought_in_its_own_letters_too(text: str, spelling: str) -> None:
    assert key_or_text(text).text == spelling


@pytest.mark.parametrize(
    ("address", "parts"),
    [("a@b@c", ("a@b", "c")), ("nobody", ("", "nobody")), ("", ("", "")), ("ä@B.test", ("ä", "B.test"))],
)
def test_an_address_of_the_wire_is_split_without_a_verdict(address: str, parts: tuple[str, str]) -> None:
    assert split(address) == parts
