"""State badges: label, icon and colour in one table, so that one state looks the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext_lazy, override


@dataclass(frozen=True)
class BadgeStyle:
    """Icon and colour of a state; the text is the state's own label."""

    icon: str
    colour: str


GOOD = BadgeStyle("circle-check", "green")
BUSY = BadgeStyle("clock", "azure")
WAIT = BadgeStyle("hourglass", "yellow")
BAD = BadgeStyle("circle-x", "red")
WARN = BadgeStyle("alert-triangle", "orange")
OFF = BadgeStyle("circle-off", "secondary")
PLAIN = BadgeStyle("circle", "secondary")

# Labels of states that are no choice of a model and so bring none.
LABELS = {
    "active": gettext_lazy("Active"),
    "archived": gettext_lazy("Archived"),
    "disabled": gettext_lazy("Disabled"),
    "enabled": gettext_lazy("Enabled"),
    "expired": gettext_lazy("Expired"),
    "failing": gettext_lazy("Failing"),
    "in review": gettext_lazy("In review"),
    "passed": gettext_lazy("Passed"),
    "refused": gettext_lazy("Refused"),
    "suspended": gettext_lazy("Suspended"),
    "waiting": gettext_lazy("Waiting"),
}

# By the state's name or its English label: letters in lower case, spaces for underscores.
STYLES = {
    **dict.fromkeys(
        ("active", "verified", "passed", "approved", "delivered", "enabled", "accepted", "ok", "yes"), GOOD
    ),
    **dict.fromkeys(("queued", "sending", "in review", "claimed", "running", "in transit"), BUSY),
    **dict.fromkeys(("pending", "pending verification", "waiting", "deferred", "unchecked", "not checked yet"), WAIT),
    **dict.fromkeys(
        ("bounced", "rejected", "failed", "verification lost", "hard", "hard bounce", "danger", "problem"), BAD
    ),
    **dict.fromkeys(
        (
            "failing",
            "records missing",
            "missing",
            "not found",
            "wrong",
            "other value",
            "unreachable",
            "dns did not answer",
            "dropped",
            "suspended",
            "warning",
            "soft",
            "soft bounce",
            "complained",
            "reported as spam",
            "refused",
        ),
        WARN,
    ),
    **dict.fromkeys(("archived", "disabled", "withdrawn", "draft", "expired", "unsubscribed", "no"), OFF),
    "opened": BadgeStyle("mail-opened", "teal"),
    "clicked": BadgeStyle("click", "cyan"),
    "information": BadgeStyle("info-circle", "azure"),
}


def style(state: object) -> BadgeStyle:
    """Return the style of a state, by its English label or by its value: the same in every language."""
    with override("en"):
        found = style_of(label(state))
    return found if found is not PLAIN else style_of(str(getattr(state, "value", state)))


def style_of(name: str) -> BadgeStyle:
    """Return the style of the state called `name`; plain grey when the table does not have it."""
    return STYLES.get(name.strip().lower().replace("_", " "), PLAIN)


def label(state: object) -> str:
    """Return the state's label in the active language: its own, one of `LABELS`, else its name with a capital."""
    named = getattr(state, "label", None)
    if named is not None:
        return str(named)
    if isinstance(state, Enum):
        state = state.name.lower()
    text = str(state).replace("_", " ")
    if text in LABELS:
        return str(LABELS[text])
    return text[:1].upper() + text[1:]
