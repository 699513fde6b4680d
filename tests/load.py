"""Clients that call SendEmail without pause while the product is ill-treated, and what they were told."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from accounts.models import ApiKey
from tests.accounts.api.calls import tc3_headers
from tests.product import Product
from tests.waiting import WAIT_SECONDS


@dataclass
class Answers:
    """What the clients were told, kept where no kill reaches it."""

    promised: dict[str, str] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    cut: int = 0


def send_until(
    over: threading.Event,
    product: Product,
    numbers: Iterator[int],
    answers: Answers,
    *,
    recipient: Callable[[int], str],
) -> None:
    """Call SendEmail without pause; whatever the server does, the answer is a promise, a refusal or a cut line."""
    key = ApiKey(secret_id=product.demo["api"]["secret_id"], secret_key=product.demo["api"]["secret_key"])
    host = product.url.partition("://")[2]
    while not over.is_set():
        number = next(numbers)
        to = recipient(number)
        body = json.dumps(
            {
                "FromEmailAddress": product.demo["sender"],
                "Subject": "Storm",
                "Destination": [to],
                "Template": {
                    "TemplateID": product.demo["template_id"],
                    "TemplateData": json.dumps(product.demo["template_data"]),
                },
            }
        ).encode()
        line = http.client.HTTPConnection(host, timeout=WAIT_SECONDS)
        try:
            line.request("POST", "/", body, tc3_headers(key, "SendEmail", body=body, Host=host))
            answer = line.getresponse()
            status, body_read = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            # Nobody knows what became of this one: the client would ask again.
            answers.cut += 1
            time.sleep(0.05)
            continue
        finally:
            line.close()
        try:
            response = json.loads(body_read)["Response"]
        except ValueError:
            response = {}
        if status != 200 or not response:
            answers.odd.append(f"{status} {body_read[:200]!r}")
        elif "MessageId" in response:
            answers.promised[response["MessageId"]] = to
        else:
            answers.codes[response["Error"]["Code"]] += 1
            time.sleep(0.05)
