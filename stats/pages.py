"""The definitions of the Delivery Response pages; `stats.views.ChartPage` draws each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from sending.models import EventKind
from stats.figures import Series

DELIVERED = Series(gettext_lazy("Delivered"), ("delivered",), "delivered")
BOUNCED = Series(gettext_lazy("Bounced"), ("bounced_hard", "bounced_soft"), "bounced")
# Whether refused at once for a recipient or dropped from the queue: no email was sent.
DROPPED = Series(gettext_lazy("Dropped"), ("refused", "dropped"), "dropped")
SENT = Series(gettext_lazy("Sent"), ("accepted",), "sent", line=True)
OPENED = Series(gettext_lazy("Human opens"), ("opened",), "opened")
OPENED_BY_MACHINE = Series(gettext_lazy("Automated opens"), ("opened_by_machine",), "opened", pattern="/")
CLICKED = Series(gettext_lazy("Human clicks"), ("clicked",), "clicked")
CLICKED_BY_MACHINE = Series(gettext_lazy("Automated clicks"), ("clicked_by_machine",), "clicked", pattern="/")
HARD = Series(gettext_lazy("Hard bounces"), ("bounced_hard",), "bounced")
SOFT = Series(gettext_lazy("Soft bounces"), ("bounced_soft",), "bounced", pattern="/")
COMPLAINED = Series(gettext_lazy("Spam reports"), ("complained",), "complained")
UNSUBSCRIBED = Series(gettext_lazy("Unsubscriptions"), ("unsubscribed",), "unsubscribed")


@dataclass(frozen=True)
class Rate:
    """A share in per cent: the sum of some counters over the sum of others; `name` is its column in files."""

    name: str
    label: str | Promise
    part: tuple[str, ...]
    whole: tuple[str, ...]


OPEN_RATE = Rate("open_rate", gettext_lazy("Open rate"), ("opened",), ("delivered",))
CLICK_RATE = Rate("click_rate", gettext_lazy("Click rate"), ("clicked",), ("delivered",))
BOUNCE_RATE = Rate("bounce_rate", gettext_lazy("Bounce rate"), ("bounced_hard", "bounced_soft"), ("accepted",))
COMPLAINT_RATE = Rate("complaint_rate", gettext_lazy("Complaint rate"), ("complained",), ("delivered",))
UNSUBSCRIBE_RATE = Rate("unsubscribe_rate", gettext_lazy("Unsubscribe rate"), ("unsubscribed",), ("delivered",))
DELIVERY_RATE = Rate("delivery_rate", gettext_lazy("Delivery rate"), ("delivered",), ("accepted",))


@dataclass(frozen=True)
class Panel:
    """One chart of a page."""

    title: str | Promise
    series: tuple[Series, ...]


@dataclass(frozen=True)
class ChartDefinition:
    """One page: what it charts, which events lie behind it, and its sentences."""

    name: str
    title: str | Promise
    intro: str | Promise
    panels: tuple[Panel, ...]
    rates: tuple[Rate, ...]
    kinds: tuple[EventKind, ...]
    # The sentence of the finding: the counters it sums, and those they are a share of.
    counted: tuple[str, ...]
    of: tuple[str, ...]
    # Its texts, where something was counted (with a share, and where there is nothing to be a share of) and where not.
    found: str | Promise
    found_alone: str | Promise
    nothing: str | Promise
    # Minutes of the running window; 0 for a page with a date range.
    live_minutes: int = 0


PAGES: dict[str, ChartDefinition] = {
    page.name: page
    for page in (
        ChartDefinition(
            name="queue",
            title=gettext_lazy("Real-time Queue Status"),
            intro=gettext_lazy(
                "What the queue did in each minute of the last hour. “Sent” counts the emails that entered the queue."
            ),
            panels=(Panel(gettext_lazy("Emails per minute"), (DELIVERED, BOUNCED, DROPPED, SENT)),),
            rates=(),
            kinds=(
                EventKind.ACCEPTED,
                EventKind.REFUSED,
                EventKind.DELIVERED,
                EventKind.BOUNCE,
                EventKind.DROPPED,
            ),
            counted=("delivered",),
            of=("accepted",),
            found=ngettext_lazy(
                "%(count)s email delivered %(span)s, %(share)s of %(whole)s sent; peak: %(at)s (%(most)s).",
                "%(count)s emails delivered %(span)s, %(share)s of %(whole)s sent; peak: %(at)s (%(most)s).",
                "number",
            ),
            found_alone=ngettext_lazy(
                "%(count)s email delivered %(span)s; peak: %(at)s (%(most)s).",
                "%(count)s emails delivered %(span)s; peak: %(at)s (%(most)s).",
                "number",
            ),
            nothing=gettext_lazy("No emails delivered %(span)s."),
            live_minutes=60,
        ),
        ChartDefinition(
            name="opens",
            title=gettext_lazy("Open/Click"),
            intro=gettext_lazy(
                "Every open and click counts. Those of programs (scanners, image proxies) are counted apart from those "
                "of people; rates are of people. Each counts on the day it happens, no matter when the email was sent."
            ),
            panels=(
                Panel(gettext_lazy("Opens"), (OPENED, OPENED_BY_MACHINE)),
                Panel(gettext_lazy("Clicks"), (CLICKED, CLICKED_BY_MACHINE)),
            ),
            rates=(OPEN_RATE, CLICK_RATE),
            kinds=(EventKind.OPEN, EventKind.CLICK),
            counted=("opened",),
            of=("delivered",),
            found=ngettext_lazy(
                "%(count)s human open %(span)s, %(share)s of %(whole)s emails delivered; peak: %(at)s (%(most)s).",
                "%(count)s human opens %(span)s, %(share)s of %(whole)s emails delivered; peak: %(at)s (%(most)s).",
                "number",
            ),
            found_alone=ngettext_lazy(
                "%(count)s human open %(span)s; peak: %(at)s (%(most)s).",
                "%(count)s human opens %(span)s; peak: %(at)s (%(most)s).",
                "number",
            ),
            nothing=gettext_lazy("No human opens %(span)s."),
        ),
        ChartDefinition(
            name="bounced",
            title=gettext_lazy("Bounced"),
            intro=gettext_lazy(
                "Emails that the recipient's server rejected. A hard bounce means that the address does not exist: it "
                "is blocked from then on. Everything else, such as a full mailbox, is a soft bounce."
            ),
            panels=(Panel(gettext_lazy("Bounces"), (HARD, SOFT)),),
            rates=(BOUNCE_RATE,),
            kinds=(EventKind.BOUNCE,),
            counted=("bounced_hard", "bounced_soft"),
            of=("accepted",),
            found=ngettext_lazy(
                "%(count)s bounce %(span)s, %(share)s of %(whole)s emails sent; peak: %(at)s (%(most)s).",
                "%(count)s bounces %(span)s, %(share)s of %(whole)s emails sent; peak: %(at)s (%(most)s).",
                "number",
            ),
            found_alone=ngettext_lazy(
                "%(count)s bounce %(span)s; peak: %(at)s (%(most)s).",
                "%(count)s bounces %(span)s; peak: %(at)s (%(most)s).",
                "number",
            ),
            nothing=gettext_lazy("No bounces %(span)s."),
        ),
        ChartDefinition(
            name="complaints",
            title=gettext_lazy("Spam Report"),
            intro=gettext_lazy(
                "Recipients who reported an email as spam. Mailbox providers expect less than 0.1%, and act at 0.3%."
            ),
            panels=(Panel(gettext_lazy("Spam reports"), (COMPLAINED,)),),
            rates=(COMPLAINT_RATE,),
            kinds=(EventKind.SPAMREPORT,),
            counted=("complained",),
            of=("delivered",),
            found=ngettext_lazy(
                "%(count)s spam report %(span)s, %(share)s of %(whole)s emails delivered; peak: %(at)s (%(most)s).",
                "%(count)s spam reports %(span)s, %(share)s of %(whole)s emails delivered; peak: %(at)s (%(most)s).",
                "number",
            ),
            found_alone=ngettext_lazy(
                "%(count)s spam report %(span)s; peak: %(at)s (%(most)s).",
                "%(count)s spam reports %(span)s; peak: %(at)s (%(most)s).",
                "number",
            ),
            nothing=gettext_lazy("No spam reports %(span)s."),
        ),
        ChartDefinition(
            name="unsubscribed",
            title=gettext_lazy("Unsubscription"),
            intro=gettext_lazy("Recipients who unsubscribed. They get no more emails from that sender domain."),
            panels=(Panel(gettext_lazy("Unsubscriptions"), (UNSUBSCRIBED,)),),
            rates=(UNSUBSCRIBE_RATE,),
            kinds=(EventKind.UNSUBSCRIBE,),
            counted=("unsubscribed",),
            of=("delivered",),
            found=ngettext_lazy(
                "%(count)s unsubscription %(span)s, %(share)s of %(whole)s emails delivered; peak: %(at)s (%(most)s).",
                "%(count)s unsubscriptions %(span)s, %(share)s of %(whole)s emails delivered; peak: %(at)s (%(most)s).",
                "number",
            ),
            found_alone=ngettext_lazy(
                "%(count)s unsubscription %(span)s; peak: %(at)s (%(most)s).",
                "%(count)s unsubscriptions %(span)s; peak: %(at)s (%(most)s).",
                "number",
            ),
            nothing=gettext_lazy("No unsubscriptions %(span)s."),
        ),
    )
}
