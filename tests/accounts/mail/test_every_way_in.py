"""Every way in reads an address by the same rules: one verdict, one key, whoever brings it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import lifecycle
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.mail.addresses import parse, split
from accounts.roles import Role
from blocklist import custom, entries
from domains import addresses
from sending import queries
from sending.acceptance.case import Case
from sending.acceptance.draft import Draft
from sending.acceptance.gates import envelope
from sending.mime import header_fields
from sending.models import Message
from tests import factories

pytestmark = pytest.mark.django_db

LONG_DOMAIN = f"{'d' * 63}.{'d' * 63}.{'d' * 63}.{'d' * 56}.com"

# What is taken, and the key it gets.
TAKEN: dict[str, str] = {
    # RFC 5321 dot-strings, all of atext.
    "ann@example.com": "ann@example.com",
    "ANN@EXAMPLE.COM": "ann@example.com",
    "Ann.Bee@Example.Com": "ann.bee@example.com",
    "ann+news@example.com": "ann+news@example.com",
    "ann-news_x@example.com": "ann-news_x@example.com",
    "o'neil@example.com": "o'neil@example.com",
    "!#$%&'*+-/=?^_`{|}~@example.com": "!#$%&'*+-/=?^_`{|}~@example.com",
    "%61nn@example.com": "%61nn@example.com",
    "ann%bob@example.com": "ann%bob@example.com",
    "bob!ann@example.com": "bob!ann@example.com",
    "a@b.co": "a@b.co",
    "1@example.com": "1@example.com",
    "-@example.com": "-@example.com",
    "ann@123.com": "ann@123.com",
    "ann@1.2.3.com": "ann@1.2.3.com",
    "ann@sub.sub.example.co.uk": "ann@sub.sub.example.co.uk",
    "ann@a-b.example.com": "ann@a-b.example.com",
    "ann@r3---sn.example.com": "ann@r3---sn.example.com",
    "x" * 64 + "@example.com": "x" * 64 + "@example.com",
    "ann@" + "d" * 63 + ".com": "ann@" + "d" * 63 + ".com",
    f"a@{LONG_DOMAIN}": f"a@{LONG_DOMAIN}",
    # Dots at odd places, as real mailboxes have them.
    ".ann@example.com": ".ann@example.com",
    "ann.@example.com": "ann.@example.com",
    "ann..bee@example.com": "ann..bee@example.com",
    "...@example.com": "...@example.com",
    # White space around it, and the root's dot.
    " ann@example.com": "ann@example.com",
    "ann@example.com  ": "ann@example.com",
    "\u00a0ann@example.com": "ann@example.com",
    "ann@example.com\u3000": "ann@example.com",
    "ann@example.com.": "ann@example.com",
    "ann@bücher.example.": "ann@xn--bcher-kva.example",
    "ann@例え。テスト。": "ann@xn--r8jz45g.xn--zckzah",
    # Domains in other scripts: UTS 46 without its transitional mapping.
    "ann@bücher.example": "ann@xn--bcher-kva.example",
    "ann@BÜCHER.example": "ann@xn--bcher-kva.example",
    "ann@bu\u0308cher.example": "ann@xn--bcher-kva.example",
    "ann@xn--bcher-kva.example": "ann@xn--bcher-kva.example",
    "ann@XN--BCHER-KVA.example": "ann@xn--bcher-kva.example",
    "ann@straße.de": "ann@xn--strae-oqa.de",
    "ann@xn--strae-oqa.de": "ann@xn--strae-oqa.de",
    "ann@STRASSE.de": "ann@strasse.de",
    "ann@faß.de": "ann@xn--fa-hia.de",
    "ann@βόλος.com": "ann@xn--nxasmm1c.com",
    "ann@例え.テスト": "ann@xn--r8jz45g.xn--zckzah",
    "ann@例え。テスト": "ann@xn--r8jz45g.xn--zckzah",
    "ann@ｅｘａｍｐｌｅ．com": "ann@example.com",
    "ann@中国.中国": "ann@xn--fiqs8s.xn--fiqs8s",
    "ann@пример.рф": "ann@xn--e1afmkfd.xn--p1ai",
    "ann@क्\u200dष.example": "ann@xn--11b2ezcw70k.example",
    # Characters in a domain that UTS 46 has nobody see.
    "ann@exam\u00adple.com": "ann@example.com",
    "ann@exam\u200bple.com": "ann@example.com",
    "ann@exam\u2060ple.com": "ann@example.com",
    "ann@example.com\u200b": "ann@example.com",
}

REFUSED: list[str] = [
    # Parts are missing.
    "", " ", "ann", "@", "@example.com", "ann@", "ann@.", "ann@..", "example.com",
    "ann@@example.com", "ann@bee@example.com",
    # Domains that are none, or no whole ones.
    "ann@localhost", "ann@com", "ann@.com", "ann@.example.com", "ann@example..com", "ann@example.com..",
    "ann@-a.com", "ann@a-.com", "ann@a_b.com", "ann@*.example.com", "ann@example.com:25", "ann@example.com/",
    "ann@http://example.com", "ann@example,com", "ann@example.1",
    # IP addresses, bare and as RFC 5321 literals.
    "ann@192.0.2.1", "ann@[192.0.2.1]", "ann@[IPv6:2001:db8::1]", "ann@[x:y]", "ann@١٩٢.٠.٢.١",
    # Spaces inside.
    "ann @example.com", "ann@ example.com", "an n@example.com", "ann@exa mple.com", "ann@exa\u00a0mple.com",
    "ann\u3000@example.com",
    # Quoted local parts, comments, routes and specials of RFC 5322.
    '"ann"@example.com', '"ann bee"@example.com', '"ann@home"@example.com', '""@example.com', '"a\\"b"@example.com',
    'ann."bee"@example.com', "ann(comment)@example.com", "(comment)ann@example.com", "ann@example.com (Ann)",
    "ann@(comment)example.com", "ann\\@bee@example.com", "ann:bee@example.com", "ann<bee@example.com",
    "ann>bee@example.com", "ann[1]@example.com", "<ann@example.com>", "mailto:ann@example.com",
    "@relay.example:ann@example.com",
    # Several in one.
    "ann,bob@example.com", "ann@example.com,bob@example.com", "ann@example.com; bob@example.com",
    "ann@example.com bob@example.com",
    # RFC 6531 local parts, and letters that only look like ASCII.
    "änn@example.com", "用户@example.com", "δοκιμή@παράδειγμα.δοκιμή", "\u0430nn@example.com", "ａｎｎ@example.com",
    "ann＠example.com",
    # A-labels that stand for nothing, and what IDNA 2008 leaves out.
    "ann@xn--a.com", "ann@xn--.com", "ann@xn--zzzzzzzz99.com", "ann@xn--abc-.com", "ann@xn--i-7iq.example",
    "ann@i❤.example", "ann@☕.example", "ann@℀.com", "ann@a․b.com", "ann@-ü.com",
    # Invisible and bidirectional characters.
    "\u200bann@example.com", "ann\u200b@example.com", "a\u00adnn@example.com", "\ufeffann@example.com",
    "\u202eann@example.com", "ann@a\u202eb.com", "ann@\u2066a.com", "ann@a\u200db.com", "ann@a\u200cb.com",
    "ann@נאa.example", "ann@\u200b", "ann\U000e0041@example.com",
    # Controls, line breaks and unpaired surrogates, at every place.
    "ann\x00@example.com", "ann@exam\x00ple.com", "ann@example.com\x00", "\nann@example.com", "ann@example.com\n",
    "ann@example.com\r\n", "ann@example.com\r\nBcc: bob@example.com", "ann\r@example.com", "ann@exam\nple.com",
    "\tann@example.com", "ann@example.com\t", "ann\x0b@example.com", "ann@example.com\x0c", "ann\x1b[31m@example.com",
    "ann\x7f@example.com", "ann\x85@example.com", "ann@example.com\x85", "ann\u2028@example.com",
    "ann@example.com\u2029", "ann\ud800@example.com", "ann@exam\udfffple.com",
    # Too long: before the @, between two dots, in all, and in the encoded form.
    "x" * 65 + "@example.com", "ann@" + "d" * 64 + ".com", f"an@{LONG_DOMAIN}d", "x" * 10_000 + "@example.com",
    "ann@" + "d." * 200 + "com", "ann@" + "ü" * 64 + ".com", "ann@" + "例." * 40 + "com",
]  # fmt: skip

TABLE = [*TAKEN.items(), *((text, None) for text in REFUSED)]


@dataclass(frozen=True)
class World:
    """An account, somebody who may act for it, and a browser."""

    caller: Caller
    admin: Caller
    browser: Client


@pytest.fixture
def world(settings: Settings) -> World:
    account = factories.account()
    person = factories.user(account, Role.ADMIN)
    browser = Client()
    browser.force_login(person)
    return World(factories.caller(account), factories.caller(account, Role.ADMIN), browser)


def key_unless_refused(code: str, read: Callable[[], str]) -> str | None:
    try:
        return read()
    except Refused as refusal:
        return None if refusal.code == code and refusal.message else f"refused as {refusal.code}"


def case_of(world: World, **draft: Any) -> Case:
    return Case(world.caller, Draft(**{"from_address": "", "subject": "", **draft}))


def recipient(world: World, text: str) -> str | None:
    case = case_of(world, to=(text,))
    return key_unless_refused(
        "FailedOperation.IncorrectEmail", lambda: (envelope.recipients_format(case), case.to[0].key.text)[1]
    )


def hidden_recipient(world: World, text: str) -> str | None:
    case = case_of(world, bcc=(text,))
    return key_unless_refused(
        "FailedOperation.IncorrectEmail", lambda: (envelope.recipients_format(case), case.bcc[0].key.text)[1]
    )


def sender(world: World, text: str) -> str | None:
    case = case_of(world, from_address=text)
    return key_unless_refused(
        "FailedOperation.IncorrectSender", lambda: (envelope.sender_format(case), case.mailbox.key.text)[1]
    )


def reply_to(world: World, text: str) -> str | None:
    case = case_of(world, reply_to=text)
    code = "InvalidParameterValue.IllegalEmailAddress"
    return (
        key_unless_refused(
            code, lambda: (envelope.reply_to(case), case.reply_to and parse(case.reply_to).key.text)[1] or ""
        )
        or None
    )


def header_field(world: World, text: str) -> str | None:
    try:
        return parse(header_fields.mailbox("Reply-To", text)).key.text
    except header_fields.Unsendable:
        return None


def new_sender_address(world: World, text: str) -> str | None:
    key = TAKEN.get(text)
    if key:
        factories.domain(world.caller.account, name=split(key)[1])
    return key_unless_refused(
        "InvalidParameterValue.IllegalEmailAddress",
        lambda: addresses.create(world.caller, address=text).address.lower(),
    )


def custom_block(world: World, text: str) -> str | None:
    return key_unless_refused(
        "InvalidParameterValue.IllegalEmailAddress", lambda: custom.add(world.caller, address=text).address
    )


def imported_row(world: World, text: str) -> str | None:
    file = io.StringIO()
    # The second heading says that commas part the cells: a tab is a delimiter too where nothing else is.
    csv.writer(file).writerows([["Email", "Expires"], [text, ""]])
    parsed = entries.parse(file.getvalue(), today=date(2026, 11, 28))
    return parsed.entries[0].address.text if parsed.entries else None


def blocklist_look_up(world: World, text: str) -> str | None:
    # A browser cannot send half a character; what it sends in its place is refused.
    query = urlencode({"address": text}, errors="surrogatepass")
    response = world.browser.get(f"{reverse('blocklist:look_up')}?{query}")
    assert response.status_code == (422 if response.context.get("wrong") else 200)
    return response.context.get("address") or None


def added_person(world: World, text: str) -> str | None:
    return key_unless_refused(
        "InvalidParameterValue",
        lambda: lifecycle.add_member(world.admin, email=text, name="", role=Role.ANALYST).user.email,
    )


WAYS: list[Callable[[World, str], str | None]] = [
    recipient,
    hidden_recipient,
    sender,
    reply_to,
    header_field,
    new_sender_address,
    custom_block,
    imported_row,
    blocklist_look_up,
    added_person,
]


def test_the_table_is_long_enough_and_names_nothing_twice() -> None:
    assert len(dict(TABLE)) == len(TABLE) >= 150


@pytest.mark.parametrize(("text", "key"), TABLE, ids=lambda value: ascii(value)[:60])
def test_every_way_in_gives_the_same_verdict_and_key(world: World, text: str, key: str | None) -> None:
    assert {way.__name__: way(world, text) for way in WAYS} == {way.__name__: key for way in WAYS}


@pytest.mark.parametrize(("text", "key"), TAKEN.items(), ids=lambda value: ascii(value)[:60])
def test_every_spelling_finds_the_block_and_the_mail(world: World, text: str, key: str) -> None:
    factories.block(world.caller.account, kind="custom", cause="entered", address=key)
    page = world.browser.get(reverse("blocklist:list"), {"kind": "custom", "address": text})
    assert [line.row.address for line in page.context["lines"]] == [key]
    local, domain = split(key)
    mail = factories.message(world.caller.account, recipient=f"{local.upper()}@{domain}")
    assert list(queries.to(Message.objects.all(), text)) == [mail]


def test_an_alias_is_taken_where_mail_comes_from_or_goes_back_to_and_nowhere_else(world: World) -> None:
    takes_it = {way.__name__ for way in WAYS if way(world, "Ann Bee <Ann@example.com>")}
    assert takes_it == {"sender", "reply_to", "header_field"}


def test_a_block_of_one_domain_does_not_bind_its_look_alike(world: World) -> None:
    custom.add(world.caller, address="ann@straße.de")
    assert recipient(world, "ann@strasse.de") != recipient(world, "ann@straße.de")
    page = world.browser.get(reverse("blocklist:look_up"), {"address": "ann@strasse.de"})
    assert page.context["blocked"] is False
    page = world.browser.get(reverse("blocklist:look_up"), {"address": "Ann@xn--strae-oqa.de."})
    assert page.context["blocked"] is True
