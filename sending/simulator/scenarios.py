"""What the simulated mailboxes do, chosen by the local part of the address: one table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

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
    does: str | Promise
    expect: str | Promise
    reply: str = ""


DELIVERED = "delivered"

SCENARIOS: dict[str, Scenario] = {
    DELIVERED: Scenario(
        at=ScenarioMoment.CONTENT, does=gettext_lazy("Accepts the email."), expect=gettext_lazy("Delivered")
    ),
    "bounce": Scenario(
        at=ScenarioMoment.RECIPIENT,
        reply="550 5.1.1 No mailbox of this name",
        does=gettext_lazy("Rejects: no such mailbox."),
        expect=gettext_lazy("Hard bounce; the address is added to the blocklist"),
    ),
    "full": Scenario(
        at=ScenarioMoment.RECIPIENT,
        reply="552 5.2.2 The mailbox is full",
        does=gettext_lazy("Rejects: the mailbox is full."),
        expect=gettext_lazy("Soft bounce; the address is not blocked"),
    ),
    "blocked": Scenario(
        at=ScenarioMoment.RECIPIENT,
        reply="550 5.7.1 Refused by local policy",
        does=gettext_lazy("Rejects by policy."),
        expect=gettext_lazy("Soft bounce; the address is not blocked"),
    ),
    "greylist": Scenario(
        at=ScenarioMoment.RECIPIENT,
        reply="451 4.7.1 Greylisted, come back in a moment",
        does=gettext_lazy("Defers the email for a while, then accepts it."),
        expect=gettext_lazy("Deferred, then delivered"),
    ),
    "slow": Scenario(
        at=ScenarioMoment.CONTENT,
        does=gettext_lazy("Waits a few seconds before it accepts the email."),
        expect=gettext_lazy("Delivered"),
    ),
    "drop": Scenario(
        at=ScenarioMoment.CONTENT,
        does=gettext_lazy("Drops the connection after the final dot the first time, accepts the email the next time."),
        expect=gettext_lazy("Deferred, then delivered once"),
    ),
    "dsn": Scenario(
        at=ScenarioMoment.LATER,
        does=gettext_lazy("Accepts the email, then sends a bounce report."),
        expect=gettext_lazy("Delivered, then a hard bounce"),
    ),
    "complaint": Scenario(
        at=ScenarioMoment.LATER,
        does=gettext_lazy("Accepts the email; the recipient reports it as spam."),
        expect=gettext_lazy("Spam report; blocked for this sender domain"),
    ),
    "open": Scenario(
        at=ScenarioMoment.LATER, does=gettext_lazy("The recipient opens the email."), expect=gettext_lazy("Opened")
    ),
    "click": Scenario(
        at=ScenarioMoment.LATER,
        does=gettext_lazy("The recipient opens the email and clicks the first link."),
        expect=gettext_lazy("Clicked"),
    ),
    "unsubscribe": Scenario(
        at=ScenarioMoment.LATER,
        does=gettext_lazy("The recipient uses the email program's unsubscribe button (one-click POST)."),
        expect=gettext_lazy("Unsubscribed; blocked for this sender domain"),
    ),
    "scanner": Scenario(
        at=ScenarioMoment.LATER,
        does=gettext_lazy("A security gateway fetches the pixel and every link at once."),
        expect=gettext_lazy("Opens and clicks counted as automated"),
    ),
    "ooto": Scenario(
        at=ScenarioMoment.LATER,
        does=gettext_lazy("Sends an out-of-office reply."),
        expect=gettext_lazy("Delivered; the reply changes nothing"),
    ),
}


def name_for(address: str) -> str:
    """Return the scenario of an address: its local part up to the first "+" or "-"; else it is just delivered."""
    first = re.split(r"[+-]", split(address)[0].lower(), maxsplit=1)[0]
    return first if first in SCENARIOS else DELIVERED
