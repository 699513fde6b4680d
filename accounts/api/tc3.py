"""The signature TC3-HMAC-SHA256: "Signature v3" of the Tencent Cloud API 3.0 reference (pure).

The canonical request and its hash, the string to sign, the derived key, the HMAC (RFC 2104); only the path "/".
What clients do differently in it: decision 30.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.api import params
from accounts.api.requests import FORM, JSON, ApiCall, RawRequest, missing, seconds
from accounts.errors import Refused

ALGORITHM = "TC3-HMAC-SHA256"
SERVICE = "ses"
UNSIGNED = "UNSIGNED-PAYLOAD"

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<secret_id>[^/\s,]+)/(?P<date>[0-9-]+)/(?P<service>[^/\s,]{{1,255}})/tc3_request, *"
    r"SignedHeaders=(?P<signed>[A-Za-z0-9;-]+), *Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Authorization:
    """The parts of an Authorization header."""

    secret_id: str
    date: str
    service: str
    signed: tuple[str, ...]
    signature: str


def check_content_type(raw: RawRequest) -> None:
    """Raise Refused unless the content type is one that TC3 calls may have."""
    allowed = {FORM, JSON} if raw.method == "GET" else {JSON}
    if raw.content_type not in allowed:
        raise Refused(
            "UnsupportedProtocol",
            _("A %(method)s request signed with %(algorithm)s needs the Content-Type `%(type)s`.")
            % {"method": raw.method, "algorithm": ALGORITHM, "type": FORM if raw.method == "GET" else JSON},
        )


def language(raw: RawRequest) -> str:
    """Return the language a call asks for; "" for none."""
    return raw.headers.get("X-TC-Language", "")


def read(raw: RawRequest) -> ApiCall:
    """Return the call that X-TC headers describe; raise Refused when its Authorization cannot be read."""
    header = raw.headers.get("Authorization", "")
    if not header:
        raise missing("Authorization")
    authorization = parse(header)
    return ApiCall(
        action=raw.headers.get("X-TC-Action", ""),
        version=raw.headers.get("X-TC-Version", ""),
        region=raw.headers.get("X-TC-Region", ""),
        timestamp=raw.headers.get("X-TC-Timestamp", ""),
        secret_id=authorization.secret_id,
        token=raw.headers.get("X-TC-Token", ""),
        as_text=raw.method == "GET",
        signed_by=lambda secret_key: verify(raw, authorization, secret_key),
        params=lambda: _params(raw),
    )


def parse(header: str) -> Authorization:
    """Return the parts of the header; raise Refused when it is malformed or signs too little."""
    match = _AUTHORIZATION.fullmatch(header.strip(" \t"))
    if not match:
        raise Refused(
            "AuthFailure.InvalidAuthorization",
            _(
                "The Authorization header cannot be read. It must be `TC3-HMAC-SHA256 Credential=<SecretId>/<date>/ses/"
                "tc3_request, SignedHeaders=content-type;host, Signature=<64 hexadecimal digits>`."
            ),
            field="Authorization",
        )
    signed = tuple(match["signed"].split(";"))
    if not {"content-type", "host"} <= set(signed) or len(set(signed)) != len(signed):
        raise Refused(
            "AuthFailure.InvalidAuthorization",
            _("SignedHeaders must contain `content-type` and `host`, and each name once."),
            field="Authorization",
        )
    return Authorization(match["secret_id"], match["date"], match["service"], signed, match["signature"])


def verify(raw: RawRequest, authorization: Authorization, secret_key: str) -> bool:
    """Say whether `secret_key` signed the request, on the day and for the service that its scope names."""
    timestamp, service = raw.headers.get("X-TC-Timestamp", ""), authorization.service
    day = datetime.fromtimestamp(seconds(timestamp), UTC).date().isoformat()
    if authorization.date != day:
        return False
    hashed = payload_hash(raw)
    key = signing_key(secret_key, day, service)
    for headers in _signable(raw, authorization.signed):
        canonical = canonical_request(
            method=raw.method,
            query=raw.query if raw.method == "GET" else "",
            headers=headers,
            signed=authorization.signed,
            payload_hash=hashed,
        )
        expected = _hmac(key, string_to_sign(timestamp, day, canonical, service)).hex()
        if hmac.compare_digest(expected, authorization.signature):
            return True
    return False


def _signable(raw: RawRequest, signed: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the headers as clients may have signed them, the commonest first."""
    received = {name: raw.headers.get(name, "") for name in signed}
    for host in raw.hosts:
        exact = received | {"host": host}
        yield exact
        # As the reference says it; the SDKs do not.
        yield {name: value.lower() for name, value in exact.items()}


def is_unsigned(raw: RawRequest) -> bool:
    """Say whether the call leaves its body out of the signature."""
    return raw.headers.get("X-TC-Content-SHA256") == UNSIGNED


def payload_hash(raw: RawRequest) -> str:
    """Return the hexadecimal SHA-256 of what the signature covers of the body."""
    if is_unsigned(raw):
        return hashlib.sha256(UNSIGNED.encode()).hexdigest()
    return hashlib.sha256(b"" if raw.method == "GET" else raw.body).hexdigest()


def canonical_request(
    *, method: str, query: str, headers: Mapping[str, str], signed: Sequence[str], payload_hash: str
) -> str:
    """Return the text that stands for the request in the signature."""
    lines = "".join(f"{name.lower()}:{_canonical(name.lower(), headers.get(name, ''))}\n" for name in signed)
    return "\n".join([method, "/", query, lines, ";".join(signed), payload_hash])


def string_to_sign(timestamp: str, day: str, canonical: str, service: str = SERVICE) -> str:
    """Return what is signed: algorithm, time, scope, and the hash of the canonical request."""
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{day}/{service}/tc3_request\n{digest}"


def signing_key(secret_key: str, day: str, service: str = SERVICE) -> bytes:
    """Return kSigning: the key of one secret, one UTC day and one service."""
    key = f"TC3{secret_key}".encode()
    for step in (day, service, "tc3_request"):
        key = _hmac(key, step)
    return key


def sign(secret_key: str, day: str, text: str, service: str = SERVICE) -> str:
    """Return the hexadecimal signature of a string to sign."""
    return _hmac(signing_key(secret_key, day, service), text).hex()


def _canonical(name: str, value: str) -> str:
    # These two are signed exactly as sent (SDKs do not fold "UTF-8"); all others in lower case.
    value = value.strip(" \t")
    return value if name in {"content-type", "host"} else value.lower()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _params(raw: RawRequest) -> dict[str, Any]:
    return params.from_query(raw.query) if raw.method == "GET" else params.from_json(raw.body)
