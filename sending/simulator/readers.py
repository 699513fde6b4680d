"""The people and programs behind simulated mailboxes: they act on us from outside, over HTTP and SMTP only.

A service that is away raises; `is_final` says whether it refused for good.
"""

from __future__ import annotations

import http.client
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from sending.simulator import answers
from sending.simulator.mail import ReceivedMail, links_and_pictures, one_click, read

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"
MAIL_PROGRAM = "Mozilla/5.0 (compatible; SimulatedMailbox one-click)"
SCANNER = "Mozilla/5.0 (compatible; MailGateway-LinkScanner/2.1)"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
MIN_SCANNED_LINKS = 6
# For one answer of the service, on a slow machine too.
WAIT_SECONDS = 120


@dataclass(frozen=True)
class AcceptedMail:
    """A mail a mailbox took: its envelope and its bytes."""

    mail_from: str
    recipient: str
    raw: bytes


class OutsideWorld(Protocol):
    """What a reader can reach."""

    def fetch(self, url: str, *, agent: str, body: bytes | None = None) -> None:
        """GET an address of the service, or POST `body` to it."""

    def send(self, to: str, raw: bytes) -> None:
        """Send a mail with a null sender to the report port."""


class Outside:
    """The service as a remote program reaches it: public addresses and the report port, nothing else."""

    def fetch(self, url: str, *, agent: str, body: bytes | None = None) -> None:
        """GET or POST a public address of the service; other addresses are left alone. Redirects are not followed."""
        if not url.startswith(f"{settings.PUBLIC_URL}/"):
            return
        parts = urlsplit(url)
        connection: http.client.HTTPConnection
        if parts.hostname in LOCAL_HOSTS:
            connection = http.client.HTTPConnection("127.0.0.1", settings.WEB_PORT, timeout=WAIT_SECONDS)
        elif parts.scheme == "https":
            connection = http.client.HTTPSConnection(parts.netloc, timeout=WAIT_SECONDS)
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=WAIT_SECONDS)
        headers = {"Host": parts.netloc, "User-Agent": agent}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("GET" if body is None else "POST", parts.path, body=body, headers=headers)
            response = connection.getresponse()
            response.read()
            if response.status >= 500:
                raise ConnectionError(f"the service answered {response.status}")
        finally:
            connection.close()

    def send(self, to: str, raw: bytes) -> None:
        """Hand a mail with a null sender to the report port."""
        with smtplib.SMTP("127.0.0.1", settings.INBOUND_PORT, answers.RECEIVER, WAIT_SECONDS) as connection:
            connection.sendmail("", [to], raw)


def act(scenario: str, accepted: AcceptedMail, world: OutsideWorld) -> None:
    """Do what the readers of `scenario` do with a mail they got; raise OSError, HTTPException or SMTPException."""
    reader = READERS.get(scenario)
    if reader is not None:
        reader(accepted, read(accepted.raw), world)


def is_final(error: Exception) -> bool:
    """Say whether the service refused for good (RFC 5321 4.2.1: a 5xx reply); anything else may be tried again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _bounce(accepted: AcceptedMail, mail: ReceivedMail, world: OutsideWorld) -> None:
    world.send(
        accepted.mail_from, answers.bounce_report(accepted.raw, to=accepted.mail_from, recipient=accepted.recipient)
    )


def _complain(accepted: AcceptedMail, mail: ReceivedMail, world: OutsideWorld) -> None:
    world.send(
        accepted.mail_from, answers.spam_report(accepted.raw, to=accepted.mail_from, recipient=accepted.recipient)
    )


def _be_away(accepted: AcceptedMail, mail: ReceivedMail, world: OutsideWorld) -> None:
    world.send(accepted.mail_from, answers.away_note(to=accepted.mail_from, recipient=accepted.recipient))


def _open(accepted: AcceptedMail, mail: ReceivedMail, world: OutsideWorld) -> None:
    for picture in _ours(links_and_pictures(mail.html)[1]):
        world.fetch(picture, agent=PERSON)


def _click(accepted: AcceptedMail, mail: ReceivedMail, world: OutsideWorld) -> None:
    _open(accepted, mail, world)
    # A person follows a link of the text, not the unsubscribe link at its end.
    for link in [link for link in _ours(links_and_pictures(mail.html)[0]) if "/t/c/" in link][:1]:
        world.fetch(link, agent=PERSON)


def _leave(accepted: AcceptedMail, mail: ReceivedMail, world: OutsideWorld) -> None:
    url = one_click(mail)
    if url:
        world.fetch(url, agent=MAIL_PROGRAM, body=b"List-Unsubscribe=One-Click")


def _scan(accepted: AcceptedMail, mail: ReceivedMail, world: OutsideWorld) -> None:
    links, pictures = links_and_pictures(mail.html)
    for picture in _ours(pictures):
        world.fetch(picture, agent=SCANNER)
    found = _ours(links)
    # Gateways look more than once; a mail of one link still gives the burst.
    rounds = -(-MIN_SCANNED_LINKS // len(found)) if found else 0
    for link in found * rounds:
        world.fetch(link, agent=SCANNER)


def _ours(urls: list[str]) -> list[str]:
    return [url for url in urls if url.startswith(f"{settings.PUBLIC_URL}/")]


READERS: dict[str, Callable[[AcceptedMail, ReceivedMail, OutsideWorld], None]] = {
    "dsn": _bounce,
    "complaint": _complain,
    "ooto": _be_away,
    "open": _open,
    "click": _click,
    "unsubscribe": _leave,
    "scanner": _scan,
}
