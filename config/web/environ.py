"""From an ASGI scope to the WSGI environment that Django reads (PEP 3333), and who asked."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext as _

from accounts import network

Environ = dict[str, Any]
_VERSIONS = {"1": "1.0", "1.1": "1.1"}


class MalformedRequest(ValueError):
    """The head of a request means nothing, or two things; the text says why."""


def environ_of(scope: Mapping[str, Any]) -> Environ:
    """Return the environment without its body; raise MalformedRequest."""
    path = scope["raw_path"]
    if b"\0" in unquote_to_bytes(path):
        raise MalformedRequest(_("There is a NUL character in the path."))
    server, port = scope["server"] or ("localhost", 80)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1") or "/",
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{_VERSIONS.get(scope['http_version'], '1.1')}",
        "SERVER_NAME": server,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": (scope["client"] or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        # The server gives who sent no Host an empty one; HTTP/1.0 knows none, HTTP/1.1 demands it (RFC 9112 3.2).
        if name == "host" and not value and environ["SERVER_PROTOCOL"] == "HTTP/1.0":
            continue
        # "X_Real" and "X-Real" are one variable: whoever may not write one could write the other.
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        key = key if name in {"content-type", "content-length"} else f"HTTP_{key}"
        if key in environ:
            if name in {"host", "content-length"}:
                # RFC 9112 3.2 and 6.3: two of these are two requests in one.
                raise MalformedRequest(_("There are two headers %(name)s.") % {"name": name})
            value = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}"
        environ[key] = value
    return environ


def has_body(environ: Environ) -> bool:
    """Say whether a body follows the head: one of a known length, or one in chunks (RFC 9112 6.3)."""
    return bool(environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"))


def declared_length(environ: Environ) -> int | None:
    """Return the length that a body has by its head; None for one that has none, or comes in chunks."""
    length = environ.get("CONTENT_LENGTH")
    return int(length) if length else None


def client_of(environ: Environ) -> str:
    """Return whom requests are counted for: an address, of IPv6 its network of 64 bits; "" if unknown."""
    text = network.client_address(environ)
    if ":" not in text:
        return text
    # A household or a host has a whole network of that size.
    return str(IPv6Address(int(IPv6Address(text)) >> 64 << 64))
