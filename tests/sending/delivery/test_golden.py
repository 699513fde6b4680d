"""Two hundred rendered mails, byte for byte as they stand in a file: what a mail says changes only on purpose.

To write the file anew after a wanted change:
`python manage.py shell --settings tests.settings -c "from tests.sending.delivery import test_golden; test_golden.write()"`.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.test import override_settings

from sending.delivery.pipeline import render
from sending.delivery.queued import QueuedMessage, RenderedMail, Sender, SubmissionData
from templates_app.rendering import compile

FILE = Path(__file__).parent / "golden_mails.txt"
MAILS = 200
# Clock, numbers and keys are fixed, so that nothing but the code decides the bytes.
SETTINGS: dict[str, Any] = {
    "SECRETS_KEYS": ["golden"],
    "PUBLIC_URL": "https://ses.example.com",
    "SITE": "mainland",
}
START = datetime(2026, 11, 22, 5, tzinfo=UTC)
PEM = """-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAL4bDC6/HzQpvkST
3QeVxIv9g5frZrfmgDcYXDY0apBOccW7TeeshNqv62/hhD1qXAKg6bATYoeHm0/P
Yj6vdN+V8SKoSAkkwAvL0+q8p2DTG19NmzYMA/sEJ5GrkotJS0/e6CrBGcko8v/K
NigLHy2wRZWlpAh+C7FfPJj5rhMVAgMBAAECgYAAhyazgohdprgGjLqSaNIQ6XVS
GK9CV3uHq6Ol6uNY3z7lo62FtS7xRIfM2b16Ri9XOocrnAIsCi5ePF8zeV1DuHa9
Zo+MMuNaC8w3+CI/7K4FbpBS5ITN3OKKTUlc67CbTr3wDJexGmosS/0bQgS13q8R
7zo3GSi4Twjv9LrWgQJBAOjx5lG43W0FGrdt7XHRKARmyvhGI/9RhZqbIwIyHs8X
4KMQsU9BlUXNHulWYBAckIDbifkM+DdsV5PtwkTrgmUCQQDQ67vqUwaIic20YLDX
MClvIiL7p2ri7P+yH9yemGVeu+CtbkYPv0/eiib7CDm9KifiItieUEabRhPPLn/3
KOrxAkEApG07mivXgIC93wRlOpXcnV7BnoZEGpC8sekXyRD/1kaQdgnuXnd4mpCz
ZRlnLXg8N/i/Z2DURKrhFrYZDvT+UQJAV3YYmSRg29A02YqQ/cUf03KLCqcvzAhD
kyJbjdlmtp4YlQJROk5w9U0IvJbY9SQsxjKoVL5ukJppuJZS4/mxQQJBAJE4RDhj
8ZcXuEeyxrRYd6UVkEmDRXQaEzt+K9v60mwuamgzbedvnGaX0qe4zcMnMO5dLKdn
B2KLJwrHkHJBFkc=
-----END PRIVATE KEY-----
"""

SUBJECTS = (
    "Your order {{order}}",
    "Bestellung {{order}} für {{name}}",
    "你好 {{name}}，您的订单 {{order}} 已发货",
    "A subject that is long enough to be folded at a blank, because seventy-six characters are all a line may have",
    "Δ" * 80,
    "double  blanks and =?utf-8?q?words?=",
    "🎉",
)
NAMES = ("", "Shop", 'Shop, the (best) "one"', "Müller & Söhne", "商店", "A" * 90)
FROMS = ("", "Other <other@shop.test>", '"Sales, EU" <sales@shop.test>', "Größe <news@shop.test>")
PEOPLE = (
    "ada@a.test",
    "Grace <grace@b.test>",
    '"O, N" <on@c.test>',
    "李雷 <li@d.test>",
    "x.y+z@e.example",
    "kai@bücher.example",
)
REPLIES = ("", "help@shop.test", "Help <help@shop.test>, Büro <buero@shop.test>", "help@shop.test,sales@shop.test")
EXTRAS: tuple[dict[str, str], ...] = (
    {},
    {"X-Campaign": "autumn"},
    {"X-Long": "word " * 60, "X-Unicode": "grün"},
    {"List-Unsubscribe": "<https://shop.test/leave>", "List-Id": "<list.shop.test>"},
)
CODES = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")
FILES: tuple[tuple[tuple[str, bytes], ...], ...] = (
    (),
    (),
    (("invoice.pdf", b"%PDF-1.7 " + bytes(range(256))),),
    (("Rechnung März.pdf", b"x" * 200), ("a" * 100 + ".txt", b""), ("forwarded.eml", b"From: a\r\n\r\nb")),
)
VALUES = (
    {"name": "Ada", "order": "A-1042"},
    {"name": "<b>Ada & Co</b>", "order": "{{name}}"},
    {"name": "雷", "order": "a b&c=d?e#f"},
    {"name": "", "order": "%41 ."},
)
TEMPLATES = (
    compile("<html><body><p>Hello {{name}}</p></body></html>", ""),
    compile("", "Hello {{name}},\n\n.your order {{order}}\n..\n"),
    compile(
        '<body><h1>Hi {{name}}</h1><a href="https://shop.test/?o={{order}}&amp;n=1">Order</a> '
        '<a href=\'mailto:help@shop.test\'>Mail</a> <img src="https://shop.test/{{order}}.png" alt="{{name}}"></body>',
        "Hi {{name}} https://shop.test/?o={{order}}",
    ),
    compile(
        "<table><tr><td>Größe: {{order}}<td><a href=https://shop.test/{{name}}>Mehr</a></table>\r\nEnd {{name}}", ""
    ),
)


def golden_message(number: int) -> tuple[QueuedMessage, tuple[tuple[str, bytes], ...]]:
    """Return the mail of a number, and its files: the same at every call."""
    chosen = random.Random(number)
    to = chosen.sample(PEOPLE, chosen.randrange(4))
    files = chosen.choice(FILES)
    submission = SubmissionData(
        id=number,
        accepted_at=START + timedelta(seconds=number * 997),
        account_id=1 + number % 7,
        message_id=f"qcloudses-30-1250000001-date-20261122130000-golden{number:06d}1",
        channel="api",
        submitted_by="golden",
        sender_domain="shop.test",
        from_address="news@shop.test",
        from_name=chosen.choice(NAMES),
        header_from=chosen.choice(FROMS),
        reply_to=chosen.choice(REPLIES),
        subject=chosen.choice(SUBJECTS),
        to=to,
        cc=chosen.sample(PEOPLE, chosen.randrange(3)),
        template=1,
        version=1,
        variables=chosen.choice(VALUES),
        header_message_id=f"<{number}.golden@shop.test>",
        headers=chosen.choice(EXTRAS),
        unsubscribe=chosen.choice(CODES),
        trigger_type=chosen.randrange(2),
        has_attachments=bool(files),
        may_send=True,
        sender=Sender("shop.test", "ses", PEM, True),
    )
    recipient = chosen.choice(("ada@a.test", "li@d.test", "kai@bücher.example"))
    queued = QueuedMessage(
        message=(1_900_000_000_000 << 20) + number,
        fence=1,
        attempts_before=0,
        recipient=recipient,
        recipient_domain=recipient.partition("@")[2],
        submission=submission,
        template=chosen.choice(TEMPLATES),
    )
    return queued, files


def rendered(number: int) -> str:
    """Return the envelope and the bytes DATA takes, as text."""
    with override_settings(**SETTINGS):
        mail = render(*golden_message(number))
    assert isinstance(mail, RenderedMail), mail
    text = mail.data.decode("ascii")
    assert "\n" not in text.replace("\r\n", "")
    return f"=== {number} <{mail.sender}> <{mail.recipient}>\n" + text.replace("\r\n", "\n")


def golden() -> list[str]:
    """Return the mails of the file in order."""
    return ["=== " + mail for mail in FILE.read_text("ascii").split("=== ")[1:]]


def write() -> None:
    """Write the file as the code of this moment renders it."""
    FILE.write_text("".join(rendered(number) for number in range(MAILS)), "ascii")


def test_every_mail_is_what_it_was() -> None:
    kept = golden()
    assert len(kept) == MAILS
    for number, mail in enumerate(kept):
        assert rendered(number) == mail
