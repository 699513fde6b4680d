"""DKIM signatures hold in two verifiers that are not ours, and break when anything signed is touched."""

from __future__ import annotations

import base64
import re
import time
from collections import Counter

import dkim
import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from domains.dkim import Signer, generate, relaxed_body
from tests.sending.mime import verifiers

DOMAIN, SELECTOR = "mail.example.test", "ses"
PEM, PUBLIC = generate(2048)
SIGNER = Signer(PEM, DOMAIN, SELECTOR)
RECORDS = {f"{SELECTOR}._domainkey.{DOMAIN}": f"v=DKIM1; k=rsa; p={PUBLIC}"}
HEADERS = [
    (b"From", b"Shop <news@mail.example.test>"),
    (b"To", b"Ada <ada@a.test>,\r\n Bob <bob@b.test>"),
    (b"Subject", b"Your   order \t is here"),
    (b"Date", b"Sun, 22 Nov 2026 04:00:00 +0000"),
    (b"Message-ID", b"<1@mail.example.test>"),
    (b"MIME-Version", b"1.0"),
    (b"List-Unsubscribe", b"<https://ses.test/u/" + b"x" * 200 + b">"),
    (b"List-Unsubscribe-Post", b"List-Unsubscribe=One-Click"),
]


def mail(headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    signature = SIGNER.sign(headers, body, int(time.time()))
    return signature + b"".join(b"%s: %s\r\n" % pair for pair in headers) + b"\r\n" + body


def holds(raw: bytes) -> bool:
    answers = {f"{name}.".encode(): value.encode() for name, value in RECORDS.items()}
    return dkim.verify(raw, dnsfunc=lambda name, timeout=5: answers.get(name))


def test_both_verifiers_find_the_signature_good() -> None:
    verifiers.verify_with_both(
        mail(HEADERS, b"Hello  there \r\n\tyou\r\n\r\n\r\n"), domain=DOMAIN, selector=SELECTOR, public_key=PUBLIC
    )


def test_opendkim_refuses_an_altered_body() -> None:
    altered = mail(HEADERS, b"Hello\r\n").replace(b"Hello", b"Hallo")
    with pytest.raises(AssertionError, match="failed"):
        verifiers.verify_with_opendkim([altered], RECORDS)


@pytest.mark.parametrize(
    "added",
    [
        b"From: x@evil.test",
        b"Subject: other",
        b"To: x@evil.test",
        b"Date: now",
        b"Reply-To: x@evil.test",
        b"Message-ID: <2@evil.test>",
        b"Cc: x@evil.test",
    ],
)
def test_an_added_header_breaks_the_signature(added: bytes) -> None:
    raw = mail(HEADERS, b"Hello\r\n")
    assert holds(raw)
    head, _, rest = raw.partition(b"\r\nFrom:")
    assert not holds(head + b"\r\n" + added + b"\r\nFrom:" + rest)


@pytest.mark.parametrize("name", [b"List-Unsubscribe-Post", b"List-Unsubscribe", b"MIME-Version"])
def test_a_removed_header_breaks_the_signature(name: bytes) -> None:
    lines = mail(HEADERS, b"Hello\r\n").split(b"\r\n")
    assert not holds(b"\r\n".join(line for line in lines if not line.startswith(name + b":")))


def test_exactly_these_headers_are_signed_and_those_that_readers_see_once_more_than_they_occur() -> None:
    rest = [
        (b"Feedback-ID", b"a:b:c:ses"),
        (b"Content-Type", b"text/plain"),
        (b"Content-Transfer-Encoding", b"7bit"),
        (b"Received", b"by a.test"),
        (b"X-Other", b"x"),
    ]
    signature = SIGNER.sign([*HEADERS, *rest], b"Hello\r\n", 1_795_000_000)
    tags = dict(re.findall(rb"\s([a-z]+)=([^;]*)", signature.replace(b"\r\n\t", b" ")))
    assert (tags[b"v"], tags[b"a"], tags[b"c"]) == (b"1", b"rsa-sha256", b"relaxed/relaxed")
    # No i=: it would be the domain's own default (RFC 6376 3.5).
    assert (tags[b"d"], tags[b"s"], b"i" in tags) == (DOMAIN.encode(), SELECTOR.encode(), False)
    signed = Counter(tags[b"h"].replace(b" ", b"").split(b":"))
    assert signed == {
        b"from": 2, b"to": 2, b"subject": 2, b"date": 2, b"message-id": 2, b"cc": 1, b"reply-to": 1,
        b"mime-version": 1, b"list-unsubscribe": 1, b"list-unsubscribe-post": 1, b"feedback-id": 1,
        b"content-type": 1, b"content-transfer-encoding": 1,
    }  # fmt: skip


def test_of_several_headers_of_a_name_each_is_signed() -> None:
    twice = mail([*HEADERS, (b"Subject", b"another")], b"Hello\r\n")
    assert holds(twice)
    assert not holds(twice.replace(b"Subject: another", b"Subject: other"))


@pytest.mark.parametrize(
    ("body", "relaxed"),
    [
        (b"a\tb\r\n", b"a b\r\n"),
        (b"a  b\r\n", b"a b\r\n"),
        (b"a \r\n", b"a\r\n"),
        (b"a ", b"a\r\n"),
        (b"a", b"a\r\n"),
        (b" a\r\n\r\nb\r\n\r\n", b" a\r\n\r\nb\r\n"),
    ],
)
def test_bodies_are_brought_into_the_standard_s_form(body: bytes, relaxed: bytes) -> None:
    assert relaxed_body(body) == relaxed


def test_the_signature_names_no_length_and_no_test_mode_and_is_folded() -> None:
    signature = SIGNER.sign(HEADERS, b"Hello\r\n", 1_795_000_000)
    assert b" l=" not in signature
    assert b"t=1795000000;" in signature
    assert all(len(line) < 78 for line in signature.split(b"\r\n"))
    assert signature.endswith(b"\r\n")


def test_generated_bodies_hold_in_both_verifiers() -> None:
    """Blanks, tabs and empty lines in every mixture; opendkim takes them all in one run."""
    mails: list[bytes] = []

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.text(alphabet="a. \t=-", max_size=12), max_size=8), st.text(alphabet="aB \t", max_size=30))
    def sign(lines: list[str], subject: str) -> None:
        body = "".join(f"{line}\r\n" for line in lines).encode()
        headers = [*HEADERS, (b"Subject", b"x" + subject.encode())]
        mails.append(mail(headers, body))
        verifiers.verify_with_dkimpy(mails[-1], RECORDS)

    sign()
    verifiers.verify_with_opendkim(mails[:200], RECORDS)


def test_an_empty_body_stays_empty() -> None:
    assert relaxed_body(b"\r\n \r\n\r\n") == b""
    assert relaxed_body(b"") == b""


def test_the_public_key_is_the_private_ones() -> None:
    public = load_der_public_key(base64.b64decode(PUBLIC))
    assert public.key_size == 2048  # type: ignore[union-attr]
    short = generate(1024)
    assert load_der_public_key(base64.b64decode(short[1])).key_size == 1024  # type: ignore[union-attr]


def test_a_key_of_another_kind_is_refused() -> None:
    pem = (
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
        "-----END PRIVATE KEY-----\n"
    )
    with pytest.raises(TypeError, match=r"not an RSA key"):
        Signer(pem, DOMAIN, SELECTOR)
