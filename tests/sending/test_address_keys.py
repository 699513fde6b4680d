"""Whoever said no gets nothing, in whatever spelling: by every list, for every way in, and while the email waits."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.mail.addresses import key_of
from blocklist import blocking, custom, entries
from blocklist.queries import BlockQuery, blocked_among
from sending import events
from sending.acceptance.limits import frequency_key
from sending.delivery.engine import Engine
from sending.delivery.routing import FixedRouter
from sending.events import NewEvent
from sending.models import BounceType, DeliverStatus, EventKind, Message
from sending.models.ids import CHINA
from sending.smtp.host import Host
from sending.tracking import links
from tests import factories
from tests.accounts.api.calls import post
from tests.conftest import Rules
from tests.sending.delivery.post import PEM, PUBLIC
from tests.sending.smtp.sink import Sink, serve

ROOT = Path(__file__).parents[2]
SPELLINGS = [
    ("ann.bee@shop.example", "Ann.Bee@Shop.Example"),
    ("ANN@bücher.example", "ann@XN--BCHER-KVA.example."),
    ("ann@ko\u0308ln.example", "aNN@KÖLN.example"),
    ("ann@ｓｈｏｐ．example", " ANN@shop.example "),
    ("ann+news@例え。テスト", "ANN+News@例え.テスト."),
]


class Shop:
    """An account that may send, by all ways in."""

    def __init__(self) -> None:
        self.account = factories.account(mails_per_second=1000)
        self.caller = factories.caller(self.account)
        self.domain = factories.domain(self.account, dkim_private_key=PEM, dkim_public_key=PUBLIC)
        self.address = factories.address(self.domain)
        self.template = factories.template(self.account)
        self.browser = Client()
        self.browser.force_login(factories.user(self.account))

    def by_api(self, to: str) -> None:
        params: dict[str, Any] = {
            "FromEmailAddress": self.address.address,
            "Subject": "Hello",
            "Destination": [to],
            "Template": {"TemplateID": self.template.pk, "TemplateData": '{"name": "Ann", "code": "1"}'},
        }
        post(Client(), factories.api_key(self.account), "SendEmail", params)

    def by_console(self, to: str) -> None:
        fields = {"template_id": self.template.pk, "subject": "Hello", "from_address": self.address.address, "to": to}
        self.browser.post("/sending/", fields | {"unsubscribe": "2", "value.name": "Ann", "value.code": "7"})

    def deliver(self) -> list[str]:
        """Send all that waits, and return who got something."""
        sink = Sink()

        async def drain() -> None:
            async with serve(sink) as port, asyncio.timeout(120):
                await Engine(FixedRouter(Host("sink", "127.0.0.1", port)), helo="me.test", once=True).run()

        asyncio.run(drain())
        return [mail.recipient for mail in sink.mails]


def bounced(shop: Shop, text: str) -> None:
    mail = factories.message(shop.account, recipient=text.strip(), sender_domain=shop.domain.name)
    events.record([NewEvent(kind=EventKind.BOUNCE, message=mail.pk, bounce_type=BounceType.HARD, reason="5.1.1")])


def complained(shop: Shop, text: str) -> None:
    mail = factories.message(shop.account, recipient=text.strip(), sender_domain=shop.domain.name)
    events.record([NewEvent(kind=EventKind.SPAMREPORT, message=mail.pk)])


def unsubscribed(shop: Shop, text: str) -> None:
    submission = factories.submission(shop.account, version=shop.template.approved_id, template=shop.template.pk)
    mail = factories.message(
        shop.account, submission=submission, recipient=text.strip(), sender_domain=shop.domain.name
    )
    response = Client(enforce_csrf_checks=True).post("/" + links.unsubscribe_url(mail.pk).split("/", 3)[3])
    assert response.status_code == 200


def entered(shop: Shop, text: str) -> None:
    custom.add(shop.caller, address=text)


def imported(shop: Shop, text: str) -> None:
    parsed = entries.parse(text, today=shop.account.created_at.date())
    assert custom.import_list(shop.caller, parsed=parsed).valid == 1


LISTS: list[Callable[[Shop, str], None]] = [bounced, complained, unsubscribed, entered, imported]
WAYS: list[Callable[[Shop, str], None]] = [Shop.by_api, Shop.by_console]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("said_no", LISTS, ids=lambda act: act.__name__)
def test_who_said_no_in_one_spelling_gets_nothing_in_another(said_no: Callable[[Shop, str], None]) -> None:
    shop = Shop()
    # One that waits from before, one by each way after.
    for _, sent in SPELLINGS:
        shop.by_api(sent)
    assert Message.objects.filter(send_status=0).count() == len(SPELLINGS)
    for said, _ in SPELLINGS:
        said_no(shop, said)
    for way in WAYS:
        for said, sent in SPELLINGS:
            way(shop, sent)
            way(shop, said)
    shop.by_api("bob@shop.example")
    assert shop.deliver() == ["bob@shop.example"]
    # What waited was dropped; what came after was refused at once.
    assert Message.objects.filter(send_status=0, deliver_status=DeliverStatus.DROPPED).count() == len(SPELLINGS)


@pytest.mark.django_db
@pytest.mark.parametrize(("said", "sent"), SPELLINGS)
def test_all_spellings_share_what_an_address_may_get_in_an_hour(rules: Rules, said: str, sent: str) -> None:
    rules(mails_per_recipient_hour=1)
    shop = Shop()
    shop.by_api(said)
    shop.by_api(sent)
    assert list(Message.objects.order_by("id").values_list("send_status", flat=True)) == [0, 1006]


@pytest.mark.django_db
@pytest.mark.parametrize(("said", "sent"), SPELLINGS)
def test_an_address_taken_off_a_list_in_one_spelling_is_free_in_another(said: str, sent: str) -> None:
    shop, other = Shop(), Shop()
    bounced(other, said)
    query = BlockQuery(shop.account.pk, shop.domain.name, key_of(sent))
    assert query in blocked_among([query])
    blocking.whitelist(shop.caller, address=sent)
    assert blocked_among([query]) == {}
    blocking.unwhitelist(shop.caller, address=said)
    assert query in blocked_among([query])


@pytest.mark.django_db
@pytest.mark.parametrize(("said", "sent"), SPELLINGS)
def test_the_status_of_an_email_is_found_in_every_spelling(said: str, sent: str) -> None:
    shop = Shop()
    shop.by_api(sent)
    mail = Message.objects.get()
    for text in (said, sent, mail.recipient.upper(), mail.recipient[:5].upper()):
        page = shop.browser.get("/sending/status/", {"recipient": text})
        assert [line.row.pk for line in page.context["lines"]] == [mail.pk]
        file = shop.browser.get("/sending/status/", {"recipient": text, "format": "csv"})
        assert b"".join(file.streaming_content).count(mail.message_id.encode()) == 1
    for text in (said, sent, mail.recipient.upper()):
        params = {
            "RequestDate": f"{mail.accepted_at.astimezone(CHINA).date()}",
            "Offset": 0,
            "Limit": 10,
            "ToEmailAddress": text,
        }
        answer = post(Client(), factories.api_key(shop.account), "GetSendEmailStatus", params)
        assert len(answer["EmailStatusList"]) == 1, answer


@pytest.mark.parametrize("raw", ["ann@example.com", "Ann@Example.com"])
def test_a_raw_spelling_is_refused_where_a_key_is_asked_for(raw: Any) -> None:
    with pytest.raises(TypeError, match="AddressKey"):
        frequency_key(1, raw)
    with pytest.raises(TypeError, match="AddressKey"):
        BlockQuery(1, "shop.test", raw)
    with pytest.raises(TypeError, match="AddressKey"):
        blocking.InvalidAddress(account_id=1, address=raw, reason="", message=1)
    with pytest.raises(TypeError, match="AddressKey"):
        blocking.Reject(account_id=1, sender_domain="a.test", address=raw, cause="complained", reason="", message=1)


def test_no_module_compares_a_stored_address_with_anything_but_a_key() -> None:
    """Each comparison of a column that holds an address names a key's text, or another row's column."""
    compared = re.compile(r"\b(?:filter|get|exclude|get_or_create)\([^()]*\b(?:recipient|address)(?:__\w+)?=([\w.()]+)")
    allowed = re.compile(
        r"row\.address|key\.text|address\.text|spellings\(|key_or_text\((?:address|text)\)|begin|f$|SENDER"
    )
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for app in ("accounts", "blocklist", "config", "domains", "sending", "stats", "templates_app")
        for path in (ROOT / app).rglob("*.py")
        for match in compared.finditer(path.read_text(encoding="utf-8"))
        if not allowed.match(match[1])
    }
    assert found == set()
