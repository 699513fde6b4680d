"""An API request as it was received, before it is authenticated (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.errors import Refused

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_PORT = re.compile(r":[0-9]*\Z")


@dataclass(frozen=True, kw_only=True)
class RawRequest:
    """One HTTP request: header names in any case, values and query exactly as received."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    # At which a client may have called: its Host names one of them, and may have lost it on the way.
    ports: tuple[int, ...] = (80, 443)

    @property
    def content_type(self) -> str:
        """Return the media type in lower case, without its parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def hosts(self) -> list[str]:
        """Return what the client may have signed as its Host: as received first, then without and with a port."""
        received = self.headers.get("Host", "")
        name = _PORT.sub("", received)
        return list(dict.fromkeys([received, name, *(f"{name}:{port}" for port in self.ports)]))


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """What the request claims; `signed_by` is to be asked before `params` is read."""

    action: str
    version: str
    region: str
    # UNIX seconds as written: the text itself is signed.
    timestamp: str
    secret_id: str
    # Of temporary credentials.
    token: str
    # True when parameters came as text and must be converted by the action's types.
    as_text: bool
    # Says whether this SecretKey signed the request.
    signed_by: Callable[[str], bool]
    # Returns the action's parameters, nested; raises Refused when the request cannot be read.
    params: Callable[[], dict[str, Any]]


_SECONDS = re.compile(r"[0-9]{1,11}")


def seconds(timestamp: str) -> int:
    """Return a timestamp as UNIX seconds; raise Refused when it is missing or none."""
    if not timestamp:
        raise missing("Timestamp")
    if not _SECONDS.fullmatch(timestamp):
        raise Refused("InvalidParameter", _("`Timestamp` must be whole UNIX seconds."), field="Timestamp")
    return int(timestamp)


def missing(name: str) -> Refused:
    """Return the refusal of a request without `name`."""
    text = _("The request is missing a required parameter `%(name)s`.") % {"name": name}
    return Refused("MissingParameter", text, field=name)
