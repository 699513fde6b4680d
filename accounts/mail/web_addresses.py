"""Web addresses in ASCII, as RFC 3986 has them and as a redirect's Location carries them (RFC 9110 10.2.2). Pure."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import idna

from accounts.mail.host_names import MAX_LABEL, host_name

# Windows opens no longer one for a mail program (INTERNET_MAX_URL_LENGTH of wininet.h is 2,083, its final zero in it).
MAX_LENGTH = 2_048

# What may stand behind the host: RFC 3986 3.3 to 3.5, all but the "#" that begins the fragment.
_SAFE = "-._~:/?@!$&'()*+,;=%"
_RUN = r"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"
# The usual address, of which nothing need be asked.
_URI = re.compile(rf"https?://[A-Za-z0-9.-]+(?:[/?]{_RUN})?(?:#{_RUN})?", re.IGNORECASE)
_PARTS = re.compile(
    r"(?P<scheme>https?://)(?P<host>[^/?#\\]+)(?P<path>[^?#]*)(?P<query>[^#]*)(?P<fragment>#?.*)",
    re.IGNORECASE | re.DOTALL,
)
# RFC 3986 3.2.2: a registered name, or an address between brackets; and the port.
_HOST = re.compile(r"(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def to_uri(address: str) -> str:
    """Return a web address (http or https) in ASCII; raise ValueError for what is none, or has no possible host.

    The host is written in A-labels, all other characters that no URI may hold are percent-encoded as UTF-8 (RFC 3987
    3.1); escapes that stand there already are kept. A backslash in the path is a slash, as browsers read it.
    """
    if _URI.fullmatch(address):
        return address
    parts = _PARTS.fullmatch(address)
    if not parts:
        raise ValueError("not a web address")
    behind = _encoded(parts["path"].replace("\\", "/")) + _encoded(parts["query"])
    fragment = parts["fragment"]
    host = _host(parts["host"])
    uri = f"{parts['scheme']}{host}{behind}{fragment[:1]}{_encoded(fragment[1:])}"
    if not _HOST.fullmatch(host) or urlsplit(uri).port == 0:
        raise ValueError("not a web address")
    return uri


def _encoded(text: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", text), safe=_SAFE)


def _host(text: str) -> str:
    if text.isascii():
        return text
    name, colon, port = text.partition(":")
    try:
        return f"{host_name(name)}{colon}{port}"
    except ValueError:
        return f"{_as_browsers_do(name)}{colon}{port}"


def _as_browsers_do(name: str) -> str:
    """Return a host in A-labels, also where IDNA 2008 forbids the name: i❤.ws exists (WHATWG URL 3.5, UTS 46 4)."""
    mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
    labels = [_a_label(label) for label in mapped.split(".")]
    if not all(0 < len(label) <= MAX_LABEL for label in labels):
        raise ValueError("not a host name")
    return ".".join(labels)


def _a_label(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
