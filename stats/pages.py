"""The definitions of the Delivery Response pages; `stats.views.ChartPage` draws each."""

from __future__ import annotations

from dataclasses import dataclass

from sending.models import EventKind
from stats.figures import Series

DELIVERED = Series("Delivered", ("delivered",), "delivered")
BOUNCED = Series("Bounced", ("bounced_hard", "bounced_soft"), "bounced")
REJECTED = Series("Rejected by us", ("refused", "dropped"), "rejected")
SENT = Series("Sent", ("accepted",), "sent", line=True)
OPENED = Series("Opened by people", ("opened",), "opened")
OPENED_BY_MACHINE = Series("Opened by programs", ("opened_by_machine",), "opened", pattern="/")
CLICKED = Series("Clicked by people", ("clicked",), "clicked")
CLICKED_BY_MACHINE = Series("Clicked by programs", ("clicked_by_machine",), "clicked", pattern="/")
HARD = Series("Hard bounces", ("bounced_hard",), "bounced")
SOFT = Series("Soft bounces", ("bounced_soft",), "bounced", pattern="/")
COMPLAINED = Series("Spam reports", ("complained",), "complained")
UNSUBSCRIBED = Series("Unsubscriptions", ("unsubscribed",), "unsubscribed")


@dataclass(frozen=True)
class Rate:
    """A share in per cent: the sum of some counters over the sum of others."""

    label: str
    part: tuple[str, ...]
    whole: tuple[str, ...]


OPEN_RATE = Rate("Open rate", ("opened",), ("delivered",))
CLICK_RATE = Rate("Click rate", ("clicked",), ("delivered",))
BOUNCE_RATE = Rate("Bounce rate", ("bounced_hard", "bounced_soft"), ("accepted",))
COMPLAINT_RATE = Rate("Complaint rate", ("complained",), ("delivered",))
UNSUBSCRIBE_RATE = Rate("Unsubscribe rate", ("unsubscribed",), ("delivered",))
DELIVERY_RATE = Rate("Delivery rate", ("delivered",), ("accepted",))


@dataclass(frozen=True)
class Panel:
    """One chart of a page."""

    title: str
    series: tuple[Series, ...]


@dataclass(frozen=True)
class ChartDefinition:
    """One page: what it charts, which events lie behind it, and its sentences."""

    name: str
    title: str
    intro: str
    panels: tuple[Panel, ...]
    rates: tuple[Rate, ...]
    kinds: tuple[EventKind, ...]
    # The sentence of the finding: the counters it sums and their name in singular and plural, then the counters
    # they are a share of (`of`) and their name (`whole`).
    counted: tuple[str, ...]
    singular: str
    plural: str
    of: tuple[str, ...]
    whole: str
    # Minutes of the running window; 0 for a page with a date range.
    live_minutes: int = 0


PAGES: dict[str, ChartDefinition] = {
    page.name: page
    for page in (
        ChartDefinition(
            name="queue",
            title="Real-time Queue Status",
            intro="What the queue did in each minute of the last hour. “Sent” are mails taken into the queue.",
            panels=(Panel("Mails per minute", (DELIVERED, BOUNCED, REJECTED, SENT)),),
            rates=(),
            kinds=(
                EventKind.ACCEPTED,
                EventKind.REFUSED,
                EventKind.DELIVERED,
                EventKind.BOUNCE,
                EventKind.DROPPED,
            ),
            counted=("delivered",),
            singular="mail delivered",
            plural="mails delivered",
            of=("accepted",),
            whole="sent",
            live_minutes=60,
        ),
        ChartDefinition(
            name="opens",
            title="Open/Click",
            intro="Every open and click counts. Programs that look at mail (scanners, image proxies) are told apart "
            "from people; rates are of people. Each counts on the day it happens, whenever the mail was sent.",
            panels=(
                Panel("Opens", (OPENED, OPENED_BY_MACHINE)),
                Panel("Clicks", (CLICKED, CLICKED_BY_MACHINE)),
            ),
            rates=(OPEN_RATE, CLICK_RATE),
            kinds=(EventKind.OPEN, EventKind.CLICK),
            counted=("opened",),
            singular="open by a person",
            plural="opens by people",
            of=("delivered",),
            whole="mails delivered",
        ),
        ChartDefinition(
            name="bounced",
            title="Bounced",
            intro="Mail that the recipient's server turned away. Hard means that the address does not exist: it is "
            "blocked from then on. Soft is everything else, such as a full mailbox.",
            panels=(Panel("Bounces", (HARD, SOFT)),),
            rates=(BOUNCE_RATE,),
            kinds=(EventKind.BOUNCE,),
            counted=("bounced_hard", "bounced_soft"),
            singular="bounce",
            plural="bounces",
            of=("accepted",),
            whole="mails sent",
        ),
        ChartDefinition(
            name="complaints",
            title="Spam Report",
            intro="Recipients who reported a mail as spam. Mailbox providers want fewer than 0.1%, and act at 0.3%.",
            panels=(Panel("Spam reports", (COMPLAINED,)),),
            rates=(COMPLAINT_RATE,),
            kinds=(EventKind.SPAMREPORT,),
            counted=("complained",),
            singular="spam report",
            plural="spam reports",
            of=("delivered",),
            whole="mails delivered",
        ),
        ChartDefinition(
            name="unsubscribed",
            title="Unsubscription",
            intro="Recipients who unsubscribed. They get no more mail from that sender domain.",
            panels=(Panel("Unsubscriptions", (UNSUBSCRIBED,)),),
            rates=(UNSUBSCRIBE_RATE,),
            kinds=(EventKind.UNSUBSCRIBE,),
            counted=("unsubscribed",),
            singular="unsubscription",
            plural="unsubscriptions",
            of=("delivered",),
            whole="mails delivered",
        ),
    )
}
