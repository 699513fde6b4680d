"""Templates that people really use, from screening to the bytes a receiver gets and the links its reader follows."""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client

from sending.acceptance.accept import accept
from sending.acceptance.draft import Draft
from sending.delivery.engine import Engine
from sending.delivery.routing import FixedRouter
from sending.mime.footers import footer
from sending.models import DeliverStatus, Event, EventKind, Message
from sending.smtp.host import Host
from sending.tracking import links, verp
from templates_app import review
from templates_app.models import Template
from tests import factories
from tests.sending.delivery.post import PEM, PUBLIC
from tests.sending.mime import verifiers
from tests.sending.smtp.sink import ReceivedMail, Sink, serve
from tests.waiting import WAIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

TEMPLATES = sorted((Path(__file__).parents[2] / "node_modules/foundation-emails/templates").glob("*.html"))
NAME = 'Zoë & <Ada> "七"'
GREETING = (
    "<p>Dear {{name}}, this letter tells what we have prepared for you this month: what is new in the shop, which of your "
    "orders are on their way, and how you reach us when anything is not as you expected it to be.</p>\n"
)
# What stands for the "#" of the templates' links, and where each leads.
TARGETS = (
    ("https://shop.test/spring?a=1&amp;b=2", "https://shop.test/spring?a=1&b=2"),
    ("http://shop.test/for?name={{name}}", f"http://shop.test/for?name={quote(NAME, safe='')}"),
    ("https://shop.test/%E4%BD%A0?q=%20#top", "https://shop.test/%E4%BD%A0?q=%20#top"),
)
ANCHOR = re.compile(r'(<a\b[^>]*?\bhref=")#(")')


@dataclass
class Arrived:
    """One real template's mail at its receiver."""

    source: str
    targets: list[str]
    message: Message
    received: ReceivedMail

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.received.raw, policy=policy.default)

    def body(self, subtype: str) -> str:
        part = self.mail.get_body((subtype,))
        assert part is not None
        return part.get_payload(decode=True).decode("utf-8")


def real(path: Path) -> tuple[str, list[str]]:
    """Return a template with a greeting and with links that lead somewhere, and where they lead."""
    chosen = itertools.cycle(TARGETS)
    targets: list[str] = []

    def link(found: re.Match[str]) -> str:
        written, target = next(chosen)
        targets.append(target)
        return f"{found[1]}{written}{found[2]}"

    html = ANCHOR.sub(link, path.read_text(encoding="utf-8") + '<p><a href="#">Our shop</a></p>\n')
    return GREETING + html, targets


@pytest.fixture(params=TEMPLATES, ids=lambda path: path.stem)
def arrived(request: pytest.FixtureRequest) -> Arrived:
    account = factories.account()
    author, reviewer = factories.caller(account), factories.caller(account, "reviewer")
    domain = factories.domain(account, dkim_private_key=PEM, dkim_public_key=PUBLIC)
    sender = factories.address(domain)
    source, targets = real(request.param)

    template = review.create(author, name=request.param.stem, html=source)
    review.approve(reviewer, review=review.submit(author, template=template))
    template.refresh_from_db()
    assert template.state == Template.State.APPROVED

    draft = Draft(
        from_address=f"Shop <{sender.address}>",
        subject="A letter for {{name}}",
        to=("ada@reader.test",),
        template_id=template.pk,
        variables={"name": NAME},
        unsubscribe="2",
    )
    accepted = accept(author, draft=draft)
    sink = Sink()

    async def drain() -> None:
        async with serve(sink) as port, asyncio.timeout(WAIT_SECONDS):
            await Engine(FixedRouter(Host("sink", "127.0.0.1", port)), helo="me.test", once=True).run()

    asyncio.run(drain())
    (received,) = sink.mails
    return Arrived(source, targets, Message.objects.get(pk=accepted.messages[0]), received)


def test_a_real_template_arrives_as_it_was_approved(arrived: Arrived, client: Client) -> None:
    message, domain = arrived.message, arrived.message.sender_domain
    assert message.deliver_status == DeliverStatus.DELIVERED
    assert arrived.received.sender == verp.envelope_sender(message.pk, domain)
    assert arrived.mail["Subject"] == f"A letter for {NAME}"

    # Byte for byte: the source with its values, and in place of each web link ours; after it way out and pixel.
    written_to = iter(arrived.targets)
    different = len(set(arrived.targets))
    expected = arrived.source
    for written, _ in TARGETS:
        expected = expected.replace(f'href="{written}"', 'href="\0"')
    expected = expected.replace("{{name}}", escape(NAME))
    expected = re.sub("\0", lambda _: links.click_url(message.pk, next(written_to), links=different), expected)
    way_out, way_out_text = footer("2", links.unsubscribe_url(message.pk), site="mainland")
    pixel = links.pixel_url(message.pk)
    html = arrived.body("html")
    assert html.count(escape(pixel)) == 1
    head, image, tail = html.partition(re.search(rf'<img src="{re.escape(escape(pixel))}"[^>]*>', html)[0])
    assert head.endswith(way_out)
    assert (head.removesuffix(way_out) + tail).replace("\r\n", "\n") == expected
    assert f"Dear {NAME}, this letter" in arrived.body("plain")
    assert arrived.body("plain").rstrip().endswith(way_out_text)

    # Each web link is followed to where it led; others are left alone.
    assert next(written_to, None) is None
    followed = re.findall(r'<a\b[^>]*?\bhref="(http[^"]*/t/c/[^"]*)"', html)
    assert len(followed) == len(arrived.targets)
    for link, target in zip(followed, arrived.targets, strict=True):
        answer = client.get(urlsplit(link).path, headers={"User-Agent": "Mozilla/5.0 Thunderbird/128.4.0"})
        assert (answer.status_code, answer["Location"]) == (302, target)
    clicks = Event.objects.filter(message=message.pk, kind=EventKind.CLICK)
    assert sorted(clicks.values_list("link", flat=True)) == sorted(arrived.targets)
    assert client.get(urlsplit(pixel).path)["Content-Type"] == "image/gif"
    assert html.count("mailto:") == arrived.source.count("mailto:")

    # The way out stands in the signed headers too, and both verifiers find the signature good.
    assert arrived.mail["List-Unsubscribe"] == f"<{links.unsubscribe_url(message.pk)}>"
    assert arrived.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    signed = re.search(r"\bh=([^;]+);", re.sub(r"\s", "", str(arrived.mail["DKIM-Signature"])))
    assert signed
    assert {"from", "subject", "list-unsubscribe", "list-unsubscribe-post"} <= set(signed[1].split(":"))
    verifiers.verify_with_both(arrived.received.raw, domain=domain, selector="ses", public_key=PUBLIC)
    forged = arrived.received.raw.replace(b"List-Unsubscribe: <", b"List-Unsubscribe: <https://evil.test/x>, <", 1)
    with pytest.raises(AssertionError, match="dkimpy refuses"):
        verifiers.verify_with_dkimpy(forged, {f"ses._domainkey.{domain}": f"v=DKIM1; k=rsa; p={PUBLIC}"})


def test_the_templates_are_there() -> None:
    assert len(TEMPLATES) >= 10
