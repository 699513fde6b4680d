"""The receiving process of the benchmarks: says its port, then after `expected` mails the seconds they took.

Run as `python -m tests.performance.sink EXPECTED`; times are on the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import sys
import time

import uvloop


class Receiver(asyncio.Protocol):
    """Answers a pipelining client as fast as it can; knows only whole commands and whole mails."""

    received = 0
    first = 0.0
    enough = asyncio.Event()
    expected = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport: asyncio.Transport = transport
        self.buffer = b""
        self.in_data = False
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Take commands and mails off the buffer."""
        self.buffer = self.buffer + data if self.buffer else data
        while self.buffer:
            if self.in_data:
                text, end, rest = self.buffer.partition(b"\r\n.\r\n")
                if not end:
                    return
                self.buffer, self.in_data = rest, False
                self.transport.write(b"250 2.0.0 queued\r\n")
                self.count()
                continue
            line, end, rest = self.buffer.partition(b"\r\n")
            if not end:
                return
            self.buffer = rest
            self.answer(line[:4])

    def answer(self, verb: bytes) -> None:
        """Say yes."""
        if verb == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go\r\n")
        elif verb == b"EHLO":
            self.transport.write(b"250-sink\r\n250 PIPELINING\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 2.1.0 ok\r\n")

    def count(self) -> None:
        """Keep the time of the first mail, and tell when all are there."""
        cls = type(self)
        cls.received += 1
        if cls.received == 1:
            cls.first = time.monotonic()
            print(cls.first, flush=True)
        if cls.received >= cls.expected:
            cls.enough.set()


async def main(expected: int) -> None:
    """Serve until all expected mails are there."""
    Receiver.expected = expected
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await Receiver.enough.wait()
    print(time.monotonic(), flush=True)
    server.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))
