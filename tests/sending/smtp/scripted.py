"""A receiving host in memory that says at each place what it was told to, for tests of many replies."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sending.smtp.client import Connection, NotOpen
from sending.smtp.dialogue import Timing
from sending.smtp.host import Host
from sending.smtp.result import SmtpResult
from sending.smtp.wire import Wire

PLACES = ("greeting", "ehlo", "helo", "starttls", "auth", "rset", "mail", "rcpt", "data", "body")
VERBS = {b"EHLO": "ehlo", b"HELO": "helo", b"STAR": "starttls", b"AUTH": "auth", b"RSET": "rset"} | {
    b"MAIL": "mail",
    b"RCPT": "rcpt",
    b"DATA": "data",
    b"QUIT": "quit",
}
USUAL = {
    "greeting": b"220 host\r\n",
    "helo": b"250 host\r\n",
    "starttls": b"454 not now\r\n",
    "auth": b"235 welcome\r\n",
    "rset": b"250 ok\r\n",
    "mail": b"250 ok\r\n",
    "rcpt": b"250 ok\r\n",
    "data": b"354 go\r\n",
    "body": b"250 taken\r\n",
    "quit": b"221 bye\r\n",
}
PATIENT = Timing(connect=60, reply=60, final=60)
MAIL = b"Subject: x\r\n\r\nHello\r\n.\r\n"


@dataclass
class Script:
    """What the host says at each place, once; then what it usually says. It hangs up after an odd reply if told to."""

    replies: dict[str, bytes] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("PIPELINING",)
    hangs_up: bool = False
    # Bytes that have not left yet.
    buffered: int = 0
    # Recipient of each mail whose text came in whole.
    taken: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


class ScriptedTransport(asyncio.Transport):
    """The host's end of a wire."""

    def __init__(self, wire: Wire, script: Script) -> None:
        super().__init__()
        self.wire, self.script = wire, script
        self.in_data = self.is_closed = False
        self.recipient = ""
        self.text = b""
        wire.connection_made(self)
        self.say("greeting")

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.text += bytes(data)
        while not self.is_closed and self.text:
            if self.in_data:
                end = b"\r\n.\r\n" if not self.text.startswith(b".\r\n") else b".\r\n"
                if end not in self.text:
                    return
                text, _, self.text = self.text.partition(end)
                self.in_data = False
                if text:
                    self.script.taken.append(self.recipient)
                self.say("body")
            else:
                line, _, self.text = self.text.partition(b"\r\n")
                self.script.lines.append(line.decode())
                place = VERBS[line[:4].upper()]
                if place == "rcpt":
                    self.recipient = line[9:-1].decode()
                self.in_data = self.say(place).startswith(b"354")

    def say(self, place: str) -> bytes:
        if place == "ehlo":
            usual = b"".join(f"250-{text}\r\n".encode() for text in ("host", *self.script.extensions)) + b"250 HELP\r\n"
        else:
            usual = USUAL[place]
        odd = self.script.replies.pop(place, None)
        loop = asyncio.get_running_loop()
        loop.call_soon(self.hear, usual if odd is None else odd)
        if odd is not None and self.script.hangs_up:
            loop.call_soon(self.wire.connection_lost, None)
            self.is_closed = True
        return usual if odd is None else odd

    def hear(self, reply: bytes) -> None:
        if not self.is_closed or self.script.hangs_up:
            self.wire.data_received(reply)

    def abort(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            asyncio.get_running_loop().call_soon(self.wire.connection_lost, None)

    def get_write_buffer_size(self) -> int:
        return self.script.buffered


class ScriptedConnection(Connection):
    """A connection to the host of `script`."""

    script = Script()

    async def _connect(self) -> None:
        ScriptedTransport(self._wire, self.script)


async def send_by(script: Script, *recipients: str, user: str = "") -> list[SmtpResult]:
    """Send a mail to each recipient over one connection for as long as it is usable."""

    class OneConnection(ScriptedConnection):
        pass

    OneConnection.script = script
    try:
        connection = await OneConnection.open(Host("host", "127.0.0.1", user=user), "me.test", PATIENT)
    except NotOpen as error:
        return [error.smtp_result]
    results: list[SmtpResult] = []
    for recipient in recipients:
        if not connection.is_usable:
            break
        results.append(await connection.send("b@s.test", recipient, MAIL))
    await connection.close()
    return results
