"""Reading mails as receivers do."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sending.simulator import mail
from tests.sending.simulator.mails import BASE, RAW


def test_a_mail_is_taken_apart() -> None:
    read = mail.read(RAW)
    assert read.header("subject") == "Grüße und mehr"
    assert read.header("From") == "Shop 👋 <news@mail.example.test>"
    assert read.html.startswith("<!doctype html>")
    assert read.text.strip() == "Plain words"
    assert [(file.name, file.type) for file in read.attachments] == [("précis.pdf", "application/pdf")]


def test_the_sender_is_found_without_the_body() -> None:
    assert mail.from_domain(RAW) == "mail.example.test"
    assert mail.from_domain(b"To: a@b.test\r\n\r\n") == ""


def test_the_one_click_address_needs_both_headers() -> None:
    assert mail.one_click(mail.read(RAW)) == f"{BASE}/u/TOKEN"
    assert mail.one_click(mail.read(RAW.replace(b"List-Unsubscribe-Post", b"X-Other"))) == ""
    assert mail.one_click(mail.read(RAW.replace(b"<http", b"<mailto"))) == ""


def test_links_and_pictures_are_found_in_order() -> None:
    html = '<a href="https://a.test/?x=1&amp;y=2">A</a><IMG SRC=\'b.png\'><a>none</a><a href="c">C</a>'
    assert mail.links_and_pictures(html) == (["https://a.test/?x=1&y=2", "c"], ["b.png"])


def test_links_before_a_broken_declaration_are_found() -> None:
    assert mail.links_and_pictures('<a href="a">A</a><![wrong[x]]><a href="b">')[0][:1] == ["a"]


@given(st.binary(max_size=1_500))
def test_any_bytes_are_read(raw: bytes) -> None:
    mail.read(raw)
    mail.from_domain(raw)


def test_mutants_are_read() -> None:
    chance = random.Random(5)
    for _ in range(2_000):
        raw = bytearray(RAW)
        for _ in range(chance.randrange(1, 10)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(3)] = bytes([chance.randrange(256)]) * chance.randrange(3)
        read = mail.read(bytes(raw))
        for _, value in read.headers:
            value.encode()
        mail.links_and_pictures(read.html)
