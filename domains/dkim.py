"""DKIM keys and signatures (RFC 6376, rsa-sha256, relaxed/relaxed): pure, on `cryptography` alone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

Header = tuple[bytes, bytes]

# Signed once more than they occur (oversigned, RFC 6376 8.15), so that a header added later breaks the signature.
OVERSIGNED = (b"from", b"subject", b"to", b"cc", b"date", b"reply-to", b"message-id")
# Signed where they occur. RFC 8058 counts a one-click link only when both of its headers are signed, and Gmail's
# feedback loop a Feedback-ID only when it is.
SIGNED = (
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"feedback-id",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
)
MAX_LINE = 76
# The name of the signature's own header in what is signed (RFC 6376 3.7).
SIGNATURE_NAME = b"dkim-signature"

_BLANKS = re.compile(rb"[ \t]+")
_LINE_END_BLANKS = re.compile(rb"[ \t]+(?=\r\n|\Z)")
_PADDING = PKCS1v15()
_SHA256 = SHA256()


def generate(bits: int) -> tuple[str, str]:
    """Return a new RSA key of `bits`: PKCS#8 PEM, and the base64 public key as it stands in p=."""
    key = generate_private_key(public_exponent=65537, key_size=bits)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode(), base64.b64encode(public).decode()


class Signer:
    """One domain's key, parsed once: parsing costs as much as a hundred signatures. Safe in threads."""

    def __init__(self, private_pem: str, domain: str, selector: str) -> None:
        key = load_pem_private_key(private_pem.encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError(f"The DKIM key of {domain} is not an RSA key.")
        self._key = key
        tags = ("v=1; a=rsa-sha256; c=relaxed/relaxed;", f"d={domain};", f"s={selector};", "t=")
        self._start = "\r\n\t".join(tags).encode("ascii")

    def sign(self, headers: Sequence[Header], body: bytes, timestamp: int) -> bytes:
        """Return the `DKIM-Signature:` header (RFC 6376 3.5), folded and ended by CRLF, for a mail with CRLF line ends.

        `headers` are all of the mail's in order, values as sent (folds included); `timestamp` is in
        seconds since 1970 UTC.
        """
        names, canonical = _select(headers)
        unsigned = b"%s%d;\r\n\tbh=%s;\r\n\th=%s;\r\n\tb=" % (
            self._start,
            timestamp,
            base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()),
            _folded_names(names),
        )
        canonical.append(b"%s:%s" % (SIGNATURE_NAME, relaxed_value(unsigned)))
        signature = base64.b64encode(self._key.sign(b"\r\n".join(canonical), _PADDING, _SHA256))
        lines = [signature[at : at + MAX_LINE - 4] for at in range(0, len(signature), MAX_LINE - 4)]
        return b"DKIM-Signature: %s%s\r\n" % (unsigned, b"\r\n\t".join(lines))


def relaxed_value(value: bytes) -> bytes:
    """Return a header value unfolded, each run of blanks one space, none at its ends (RFC 6376 3.4.2)."""
    return _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")


def relaxed_body(body: bytes) -> bytes:
    """Return the body, runs of blanks as one space, none at line ends, no empty lines at its end (RFC 6376 3.4.4)."""
    if b"\t" in body or b"  " in body or b" \r\n" in body or body.endswith(b" "):
        body = _BLANKS.sub(b" ", _LINE_END_BLANKS.sub(b"", body))
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end else b""


def _select(headers: Sequence[Header]) -> tuple[tuple[bytes, ...], list[bytes]]:
    """Return the names for h= and their canonical lines, the last header of a name first (RFC 6376 5.4.2)."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in reversed(headers):
        found.setdefault(name.lower(), []).append(value)
    names: list[bytes] = []
    canonical: list[bytes] = []
    for name in (*OVERSIGNED, *SIGNED):
        for value in found.get(name, ()):
            names.append(name)
            canonical.append(b"%s:%s" % (name, relaxed_value(value)))
    names += OVERSIGNED
    return tuple(names), canonical


@lru_cache(maxsize=256)
def _folded_names(names: tuple[bytes, ...]) -> bytes:
    lines = [b""]
    for name in names:
        if len(lines[-1]) + len(name) + 1 > MAX_LINE - 8:
            lines.append(b"")
        lines[-1] += name + b":"
    return b"\r\n\t".join(lines).rstrip(b":")
