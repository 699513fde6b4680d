"""Calling the API through Django's test client, signed by hand."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from accounts.api import legacy, tc3
from accounts.api.requests import RawRequest
from accounts.models import ApiKey

HOST = "testserver"


def tc3_headers(
    key: ApiKey,
    action: str,
    *,
    method: str = "POST",
    query: str = "",
    body: bytes = b"",
    at: int | None = None,
    **changed: str | None,
) -> dict[str, str]:
    """Return the headers of a call; `changed` replaces one before signing, None leaves it out."""
    timestamp = str(int(time.time()) if at is None else at)
    headers = {
        "Content-Type": "application/json" if method == "POST" else "application/x-www-form-urlencoded",
        "Host": HOST,
        "X-TC-Action": action,
        "X-TC-Version": "2020-10-02",
        "X-TC-Region": "ap-hongkong",
        "X-TC-Timestamp": timestamp,
        "X-TC-Language": "en-US",
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    given = {name: value for name, value in headers.items() if value is not None}
    day = datetime.fromtimestamp(int(timestamp), UTC).date().isoformat()
    canonical = tc3.canonical_request(
        method=method,
        query=query,
        headers=given | {"content-type": given["Content-Type"], "host": given["Host"]},
        signed=("content-type", "host"),
        payload_hash=tc3.payload_hash(RawRequest(method=method, query=query, headers=given, body=body)),
    )
    signature = tc3.sign(key.secret_key, day, tc3.string_to_sign(timestamp, day, canonical))
    authorization = (
        f"TC3-HMAC-SHA256 Credential={key.secret_id}/{day}/ses/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signature}"
    )
    return {"Authorization": authorization, **given}


def post(client: Client, key: ApiKey, action: str, params: Any = None, **changed: Any) -> dict[str, Any]:
    """Return the `Response` of a signed POST; `params` may be bytes, sent as they are."""
    body = params if isinstance(params, bytes) else json.dumps(params or {}).encode()
    return send(client, "POST", tc3_headers(key, action, body=body, **changed), body=body)


def send(
    client: Client, method: str, headers: dict[str, str], *, query: str = "", body: bytes = b"", ip: str = "127.0.0.1"
) -> dict[str, Any]:
    """Return the `Response` of a request, having looked at what every answer must have."""
    others = {name: value for name, value in headers.items() if name not in {"Content-Type", "Host"}}
    answer = client.generic(
        method,
        f"/?{query}" if query else "/",
        body,
        headers=others,
        CONTENT_TYPE=headers.get("Content-Type", ""),
        HTTP_HOST=headers.get("Host", HOST),
        REMOTE_ADDR=ip,
    )
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    found: dict[str, Any] = answer.json()
    assert list(found) == ["Response"]
    response: dict[str, Any] = found["Response"]
    assert len(response["RequestId"]) == 36
    if "Error" in response:
        assert set(response) == {"Error", "RequestId"}
        assert set(response["Error"]) == {"Code", "Message"}
        assert response["Error"]["Message"]
    return response


def old(
    client: Client,
    key: ApiKey,
    action: str,
    params: dict[str, str] | None = None,
    *,
    method: str = "POST",
    algorithm: str = "HmacSHA256",
    **changed: str | None,
) -> dict[str, Any]:
    """Return the `Response` of a call with an old signature."""
    flat = {
        "Action": action,
        "Version": "2020-10-02",
        "Region": "ap-hongkong",
        "Timestamp": str(int(time.time())),
        "Nonce": "11886",
        "SecretId": key.secret_id,
        "SignatureMethod": algorithm,
        "Language": "en-US",
        **(params or {}),
    } | changed
    given = {name: value for name, value in flat.items() if value is not None}
    given.setdefault("Signature", legacy.sign(key.secret_key, algorithm, legacy.string_to_sign(method, HOST, given)))
    form = urlencode(given)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if method == "GET":
        return send(client, "GET", headers, query=form)
    return send(client, "POST", headers, body=form.encode())


def code(response: dict[str, Any]) -> str | None:
    """Return the error code of a `Response`, None for success."""
    error = response.get("Error")
    return error["Code"] if error else None
