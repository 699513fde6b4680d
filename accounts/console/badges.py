"""How states look: word, icon and colour in one table, so that one state looks the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Look:
    """Icon and colour of a state; the word is the state's own label."""

    icon: str
    colour: str


GOOD = Look("circle-check", "green")
BUSY = Look("clock", "azure")
WAIT = Look("hourglass", "yellow")
BAD = Look("circle-x", "red")
WARN = Look("alert-triangle", "orange")
OFF = Look("circle-off", "secondary")
PLAIN = Look("circle", "secondary")

# By the state's word: letters in lower case, spaces for underscores.
LOOKS = {
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
    "opened": Look("mail-opened", "teal"),
    "clicked": Look("click", "cyan"),
    "information": Look("info-circle", "azure"),
}


def look(word: str) -> Look:
    """Return how the state called `word` looks; a plain grey one when the table does not know it."""
    return LOOKS.get(word.strip().lower().replace("_", " "), PLAIN)


def label(state: object) -> str:
    """Return the state's word: a choice's label, else the text itself with a capital and spaces."""
    named = getattr(state, "label", None)
    if named is not None:
        return str(named)
    if isinstance(state, Enum):
        state = state.name.lower()
    text = str(state).replace("_", " ")
    return text[:1].upper() + text[1:]
