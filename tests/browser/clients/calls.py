"""Calls the API by the Python SDK that stands first on the path, and prints what each call came to."""

from __future__ import annotations

import json
import os
from typing import Any

import tencentcloud
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.ses.v20201002 import models, ses_client

CALLS = json.loads(os.environ["CALLS"])


def outcome(client: Any, action: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return what an answer holds, or the code and message of its error."""
    asked = getattr(models, f"{action}Request")()
    asked.from_json_string(json.dumps(params))
    try:
        return dict(json.loads(getattr(client, action)(asked).to_json_string()))
    except TencentCloudSDKException as error:
        return {"code": error.get_code(), "message": error.get_message()}


mail = {
    "FromEmailAddress": f"Shop <{CALLS['sender']}>",
    "Subject": "Grüße & 你好",
    "Destination": [f"reader@{CALLS['receiver']}"],
    "Template": {"TemplateID": CALLS["template"], "TemplateData": CALLS["data"]},
}
large = {**mail, "Attachments": [{"FileName": "a.txt", "Content": "a" * (33 * 1024 * 1024)}]}
found = []
for endpoint, protocol in CALLS["endpoints"][::2]:
    for method, sign in (("POST", "TC3-HMAC-SHA256"), ("GET", "TC3-HMAC-SHA256"), ("POST", "HmacSHA256")):
        http = HttpProfile(
            protocol=protocol.removesuffix("://"), endpoint=endpoint, reqMethod=method, certification=CALLS["authority"]
        )
        key = Credential(CALLS["secretId"], CALLS["secretKey"])
        profile = ClientProfile(signMethod=sign, httpProfile=http, language="en-US")
        client = ses_client.SesClient(key, "ap-singapore", profile)
        did = {"GET": "get"}.get(method, "send" if sign == "TC3-HMAC-SHA256" else "old")
        found.append({"endpoint": endpoint, "did": did, "is": outcome(client, "SendEmail", mail)})
        if did == "send":
            refused, listed = (
                outcome(client, "SendEmail", {**mail, "Subject": None}),
                outcome(client, "ListEmailAddress", {}),
            )
            found.append({"endpoint": endpoint, "did": "refused", "is": refused})
            found.append({"endpoint": endpoint, "did": "list", "is": listed})
            found.append({"endpoint": endpoint, "did": "large", "is": outcome(client, "SendEmail", large)})
print(json.dumps({"file": tencentcloud.__file__, "found": found}))
