"""The older signatures HmacSHA1 and HmacSHA256: "Signature v1" of the Tencent Cloud API 3.0 reference (pure)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from accounts.api import params
from accounts.api.requests import FORM, ApiCall, RawRequest, missing
from accounts.errors import Refused

_LANGUAGE = re.compile(rb"(?:^|&)Language=([A-Za-z-]{1,20})(?=&|$)")
METHODS = {"HmacSHA1": hashlib.sha1, "HmacSHA256": hashlib.sha256}
COMMON = frozenset(
    {
        "Action",
        "Version",
        "Region",
        "Timestamp",
        "Nonce",
        "SecretId",
        "Signature",
        "SignatureMethod",
        "Token",
        "Language",
        "RequestClient",
    }
)


def check_content_type(raw: RawRequest) -> None:
    """Raise Refused unless a POST is a form; a GET needs no content type."""
    if raw.method == "POST" and raw.content_type != FORM:
        raise Refused(
            "UnsupportedProtocol",
            _(
                "A POST request needs the Content-Type `%(type)s` with the old signatures, or the header "
                "`Authorization` with TC3-HMAC-SHA256."
            )
            % {"type": FORM},
        )


def language(raw: RawRequest) -> str:
    """Return the language a call asks for, even one that cannot be read otherwise; "" for none."""
    found = _LANGUAGE.search(raw.query.encode() if raw.method == "GET" else raw.body)
    return found[1].decode() if found else ""


def read(raw: RawRequest) -> ApiCall:
    """Return the call that form or query parameters describe; raise Refused when it lacks its signature."""
    flat = params.pairs(raw.query if raw.method == "GET" else _text(raw.body))
    for name in ("Action", "SecretId", "Signature", "Nonce"):
        if not flat.get(name):
            raise missing(name)
    # Signing takes "_" for "."; two names that become one would leave a value unsigned.
    if len({name.replace("_", ".") for name in flat}) != len(flat):
        raise Refused("InvalidParameter", _("Two parameter names differ by `_` and `.` only. Write them with `.`."))
    method = flat.get("SignatureMethod") or "HmacSHA1"
    if method not in METHODS:
        raise Refused(
            "InvalidParameterValue",
            _("`SignatureMethod` must be one of %(methods)s; TC3-HMAC-SHA256 travels in the header `Authorization`.")
            % {"methods": ", ".join(METHODS)},
            field="SignatureMethod",
        )
    return ApiCall(
        action=flat["Action"],
        version=flat.get("Version", ""),
        region=flat.get("Region", ""),
        timestamp=flat.get("Timestamp", ""),
        secret_id=flat["SecretId"],
        token=flat.get("Token", ""),
        as_text=True,
        signed_by=lambda secret_key: any(
            hmac.compare_digest(
                sign(secret_key, method, string_to_sign(raw.method, host, flat)).encode(), flat["Signature"].encode()
            )
            for host in raw.hosts
        ),
        params=lambda: params.nest({name: value for name, value in flat.items() if name not in COMMON}),
    )


def string_to_sign(method: str, host: str, flat: Mapping[str, str]) -> str:
    """Return METHOD, host and path, and every parameter but Signature by name, values not URL-coded."""
    signed = {name.replace("_", "."): value for name, value in flat.items() if name != "Signature"}
    return f"{method}{host}/?" + "&".join(f"{name}={signed[name]}" for name in sorted(signed))


def sign(secret_key: str, method: str, text: str) -> str:
    """Return the base64 signature of a string to sign."""
    return base64.b64encode(hmac.new(secret_key.encode(), text.encode(), METHODS[method]).digest()).decode()


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("InvalidParameter", _("The body is not a URL-encoded form in UTF-8.")) from None
