"""How a template is used, for who reviews it; what sends it, above this app, brings the facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from accounts.caller import Caller


class PastUse(NamedTuple):
    """One request that sent the template: the sender and the subject as they were given."""

    sender: str
    subject: str
    at: datetime


class TemplateUse(NamedTuple):
    """The domains that may send it now, and who sent it last."""

    domains: list[str]
    sends: list[PastUse]


# Takes the caller and the template's id.
FindUse = Callable[[Caller, int], TemplateUse]


def unknown(caller: Caller, template_id: int) -> TemplateUse:
    """Return that nothing is known, where nothing sends."""
    return TemplateUse([], [])
