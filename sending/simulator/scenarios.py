"""What the simulated mailboxes do, chosen by the local part of the address: one table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from accounts.mail.addresses import split


class ScenarioMoment(Enum):
    """When a mailbox acts on its own; CONTENT and RECIPIENT are moments of the SMTP conversation."""

    RECIPIENT = "at RCPT TO"
    CONTENT = "after the final dot"
    LATER = "later"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One kind of mailbox: when it acts, the reply it gives there, and what a reader of the page should expect."""

    at: ScenarioMoment
    does: str
    expect: str
    reply: str = ""


DELIVERED = "delivered"

SCENARIOS: dict[str, Scenario] = {
    DELIVERED: Scenario(at=ScenarioMoment.CONTENT, does="Takes the mail.", expect="Delivered"),
    "bounce": Scenario(
        at=ScenarioMoment.RECIPIENT,
        reply="550 5.1.1 No mailbox of this name",
        does="Refuses: no such mailbox.",
        expect="Hard bounce; the address goes on the blocklist",
    ),
    "full": Scenario(
        at=ScenarioMoment.RECIPIENT,
        reply="552 5.2.2 The mailbox is full",
        does="Refuses: mailbox full.",
        expect="Soft bounce; the address stays usable",
    ),
    "blocked": Scenario(
        at=ScenarioMoment.RECIPIENT,
        reply="550 5.7.1 Refused by local policy",
        does="Refuses by policy.",
        expect="Soft bounce; the address stays usable",
    ),
    "greylist": Scenario(
        at=ScenarioMoment.RECIPIENT,
        reply="451 4.7.1 Greylisted, come back in a moment",
        does="Puts the mail off for a while, then takes it.",
        expect="Deferred, then delivered",
    ),
    "slow": Scenario(
        at=ScenarioMoment.CONTENT, does="Thinks for some seconds before it takes the mail.", expect="Delivered"
    ),
    "drop": Scenario(
        at=ScenarioMoment.CONTENT,
        does="Hangs up after the final dot the first time, takes the mail the next time.",
        expect="Deferred, then delivered once",
    ),
    "dsn": Scenario(
        at=ScenarioMoment.LATER,
        does="Takes the mail, then sends a bounce report.",
        expect="Delivered, then hard bounce",
    ),
    "complaint": Scenario(
        at=ScenarioMoment.LATER,
        does="Takes the mail; its reader presses the spam button.",
        expect="Spam report; blocked for this sender domain",
    ),
    "open": Scenario(at=ScenarioMoment.LATER, does="Its reader opens the mail.", expect="Opened"),
    "click": Scenario(
        at=ScenarioMoment.LATER, does="Its reader opens the mail and follows the first link.", expect="Clicked"
    ),
    "unsubscribe": Scenario(
        at=ScenarioMoment.LATER,
        does="Its reader presses the mail program's unsubscribe button (one-click POST).",
        expect="Unsubscribed; blocked for this sender domain",
    ),
    "scanner": Scenario(
        at=ScenarioMoment.LATER,
        does="A security gateway fetches the pixel and every link in one burst.",
        expect="Opens and clicks marked as machine",
    ),
    "ooto": Scenario(
        at=ScenarioMoment.LATER,
        does="Sends an out-of-office reply.",
        expect="Delivered; the reply changes nothing",
    ),
}


def name_for(address: str) -> str:
    """Return the scenario of an address: its local part up to the first "+" or "-"; else it is just delivered."""
    first = re.split(r"[+-]", split(address)[0].lower(), maxsplit=1)[0]
    return first if first in SCENARIOS else DELIVERED
