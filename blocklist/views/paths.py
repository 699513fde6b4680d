"""Where the blocklist's pages lead to."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from blocklist.models import BlockedAddress

LIST = "blocklist:list"
TITLE = gettext_lazy("Blocklist")


def list_of(kind: BlockedAddress.Kind) -> str:
    """Return the URL of the list of one kind."""
    return f"{reverse(LIST)}?kind={kind.value}"


def look_up(address: str) -> str:
    """Return the URL of the look-up of an address."""
    return reverse("blocklist:look_up", query={"address": address})
