"""A client as fast as the benchmarks need: kept connections, requests signed by hand."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from accounts.models import ApiKey
from tests.accounts.api.calls import tc3_headers
from tests.performance import mails


def send_email(key: ApiKey, port: int, *, sender: str, recipient: str, template: int, number: int) -> bytes:
    """Return the signed request of one SendEmail with a template of the benchmarks."""
    body = json.dumps(
        {
            "FromEmailAddress": sender,
            "Subject": "Order {{order}} is on its way",
            "Destination": [recipient],
            "Template": {"TemplateID": template, "TemplateData": json.dumps(mails.variables(number))},
            "TriggerType": 1,
        }
    ).encode()
    return post(tc3_headers(key, "SendEmail", body=body, Host=f"127.0.0.1:{port}"), body)


def post(headers: dict[str, str], body: bytes) -> bytes:
    """Return an HTTP request to "/" as bytes."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Connection:
    """One kept HTTP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        """Connect to a server on this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> Any:
        """Return the JSON of the answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:-2])
        body = await self._reader.readexactly(int(fields[b"content-length"]))
        assert head.startswith(b"HTTP/1.1 200"), (head, body)
        return json.loads(body)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
