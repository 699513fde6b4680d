"""State badges: label, icon and colour in one table, so that one state looks the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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

# By the state's name: letters in lower case, spaces for underscores.
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
    **dict.fromkeys(("disabled", "withdrawn", "draft", "expired", "unsubscribed", "no"), OFF),
    "opened": BadgeStyle("mail-opened", "teal"),
    "clicked": BadgeStyle("click", "cyan"),
    "information": BadgeStyle("info-circle", "azure"),
}


def style_of(name: str) -> BadgeStyle:
    """Return the style of the state called `name`; plain grey when the table does not have it."""
    return STYLES.get(name.strip().lower().replace("_", " "), PLAIN)


def label(state: object) -> str:
    """Return the state's label: a choice's own, else the text itself with a capital and spaces."""
    named = getattr(state, "label", None)
    if named is not None:
        return str(named)
    if isinstance(state, Enum):
        state = state.name.lower()
    text = str(state).replace("_", " ")
    return text[:1].upper() + text[1:]
