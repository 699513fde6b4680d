"""A mail's text, read to its final dot whatever it holds."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.smtp.data import stuff
from sending.smtp.receiving import (
    LINE_TOO_LONG,
    ROUTING_LOOP,
    STORAGE_FULL,
    TOO_LARGE,
    WRONG_LINE_ENDS,
    MailLimits,
    has_bare_line_ends,
    receive,
)
from sending.smtp.storage import Storage

LIMITS = MailLimits(max_bytes=100_000, max_received=50)


def received(
    wire: bytes, limits: MailLimits = LIMITS, *, max_bytes: int = 1 << 24, storage: Storage | None = None
) -> tuple[str, bytes, bytes]:
    """Return the reply, the text that was kept, and what follows the dot."""

    async def run() -> tuple[str, bytes, bytes]:
        reader = asyncio.StreamReader(limit=1001)
        reader.feed_data(wire + b"NOOP\r\n")
        room = storage or Storage(Path("/tmp"), max_memory=1 << 20, max_bytes=max_bytes, min_free_percent=0)
        with room.mail_data() as body:
            reply = await receive(reader, body, limits)
            kept = body.read()
        assert room.used == 0
        return reply, kept, await reader.readline()

    return asyncio.run(run())


_LINES = st.lists(st.binary(max_size=200).map(lambda line: re.sub(rb"[\r\n\0]", b"", line)), min_size=1, max_size=60)


@given(_LINES)
def test_any_lines_arrive_as_they_were_sent(lines: list[bytes]) -> None:
    mail = b"".join(line + b"\r\n" for line in lines)
    assert received(stuff(mail)) == ("", mail, b"NOOP\r\n")


@pytest.mark.parametrize(
    ("wire", "reply"),
    [
        (b"a\r\nb\nc\r\n.\r\n", WRONG_LINE_ENDS),
        (b"a\r\nb\rc\r\n.\r\n", WRONG_LINE_ENDS),
        (b"x" * 1_200 + b"\r\n.\r\n", LINE_TOO_LONG),
        (b"x\r\n" + b"y" * 5_000 + b"\r\nz\r\n.\r\n", LINE_TOO_LONG),
        ((b"x" * 98 + b"\r\n") * 1_001 + b".\r\n", TOO_LARGE),
        (b"Received: by a\r\n" * 51 + b"\r\nx\r\n.\r\n", ROUTING_LOOP),
        (b"rEcEiVeD : by a\r\n" * 51 + b".\r\n", ROUTING_LOOP),
    ],
)
def test_a_mail_beyond_a_limit_is_refused_and_read_to_its_dot(wire: bytes, reply: str) -> None:
    assert received(wire) == (reply, b"", b"NOOP\r\n")


@pytest.mark.parametrize(
    "mail",
    [
        b"Received: by a\r\n" * 50 + b"\r\nx\r\n",
        b"Received: by a\r\n\tReceived: by b\r\n" * 50 + b"\r\n",
        b"Subject: x\r\n\r\n" + b"Received: by a\r\n" * 60,
        b"X-Received: by a\r\nReceived-SPF: pass\r\nArc-Received: x\r\n" * 60 + b"\r\n",
    ],
)
def test_only_received_fields_of_the_mails_own_header_count(mail: bytes) -> None:
    assert received(mail + b".\r\n") == ("", mail, b"NOOP\r\n")


def test_without_room_a_mail_is_put_off_and_read_to_its_dot() -> None:
    assert received(b"x" * 80 + b"\r\n.\r\n", max_bytes=50) == (STORAGE_FULL, b"", b"NOOP\r\n")
    assert STORAGE_FULL.startswith("452 4.3.1")


class Broken(Storage):
    """Room whose every use fails with an error that nobody thought of."""

    def __init__(self, error: Exception) -> None:
        super().__init__(Path("/tmp"), max_memory=0, max_bytes=1 << 24, min_free_percent=0)
        self._error = error

    def file(self) -> IO[bytes]:
        raise self._error


@pytest.mark.parametrize("error", [MemoryError(), FileNotFoundError(2, "gone"), RuntimeError("a bug")], ids=repr)
def test_after_a_fault_of_ours_the_rest_of_a_mail_is_not_taken_for_commands(error: Exception) -> None:
    mail = b"MAIL FROM:<evil@x.test>\r\n" * 2_000 + b".\r\n"
    assert received(mail, storage=Broken(error)) == (STORAGE_FULL, b"", b"NOOP\r\n")


@pytest.mark.parametrize(
    ("content", "bare"),
    [
        (b"", False),
        (b"a\r\nb\r\n", False),
        (b"a\nb", True),
        (b"a\rb", True),
        (b"\n", True),
        (b"a\r", True),
        (b"\r\r\n", True),
    ],
)
def test_bare_line_ends_are_found(content: bytes, bare: bool) -> None:
    assert has_bare_line_ends(content) is bare
