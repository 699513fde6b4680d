"""Sends mails to one receiving host over SMTP (RFC 5321 3 and 4.1); knows no database.

Commands are pipelined where the host takes it (RFC 2920), TLS is opportunistic (RFC 3207), a session carries many
mails. The time limits of RFC 5321 4.5.3.2 are the caller's, as `Timing`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from accounts.mail.text import NOT_IN_LINE
from sending.smtp.codes import enhanced_code
from sending.smtp.host import Host
from sending.smtp.result import Failure, SmtpResult
from sending.smtp.tls import tls_context
from sending.smtp.wire import ConnectionLost, Reply, Wire

MAX_TEXT = 1000
MAX_CONVERSATION = 4000
QUIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a receiver may take, in seconds."""

    connect: float
    reply: float
    # After the final dot: who gives up early sends the mail twice.
    final: float


class NotOpen(Exception):
    """A host would not open a session; `smtp_result` says why."""

    def __init__(self, smtp_result: SmtpResult) -> None:
        super().__init__(smtp_result.text)
        self.smtp_result = smtp_result


class _BadHandshake(Exception):
    """STARTTLS was offered and failed."""


class Connection:
    """An open session; `send` may be called again and again until `is_usable` turns false."""

    def __init__(self, wire: Wire, host: Host, timing: Timing) -> None:
        self._wire = wire
        self._host = host
        self._timing = timing
        self._conversation: list[str] = []
        self._extensions: frozenset[str] = frozenset()
        self._needs_reset = False
        self._stage = "greeting"
        self.tls = ""
        self.sent = 0
        self.is_usable = True

    @classmethod
    async def open(cls, host: Host, helo: str, timing: Timing) -> Connection:
        """Connect, greet, and take TLS where offered; raise NotOpen.

        TLS that fails is tried no further: one new connection in clear text, as receivers of mail expect.
        A relay we log in to is different: its certificate must hold, and no password leaves in clear text.
        """
        try:
            return await cls._open(host, helo, timing, tls=True)
        except _BadHandshake:
            return await cls._open(host, helo, timing, tls=False)

    @classmethod
    async def _open(cls, host: Host, helo: str, timing: Timing, *, tls: bool) -> Connection:
        wire = Wire()
        self = cls(wire, host, timing)
        try:
            await self._connect()
            await self._greet(helo, tls=tls)
            await self._log_in()
        except _BadHandshake as error:
            wire.close()
            if host.user:
                raise NotOpen(self._failed(Failure.PROTOCOL, f"TLS failed: {error}")) from error
            raise
        except NotOpen:
            await self.close()
            raise
        except TimeoutError as error:
            wire.close()
            connecting = self._stage == "connect"
            raise NotOpen(self._failed(Failure.CONNECT if connecting else Failure.TIMEOUT, "timed out")) from error
        except ConnectionLost as error:
            wire.close()
            raise NotOpen(self._failed(Failure.LOST, str(error))) from error
        except OSError as error:
            wire.close()
            raise NotOpen(self._failed(Failure.CONNECT, str(error))) from error
        return self

    async def send(self, sender: str, recipient: str, data: bytes) -> SmtpResult:
        """Send one mail (`data` as `data.stuff` returns it) to one recipient; never raises for what the host does."""
        self.sent += 1
        try:
            return await self._transaction(sender, recipient, data)
        except TimeoutError:
            return self._fail(Failure.TIMEOUT, "no answer in time")
        except (ConnectionLost, OSError) as error:
            return self._fail(Failure.LOST, str(error))

    async def close(self) -> None:
        """Send QUIT and disconnect; the reply is not waited for long."""
        if self._wire.end is None and self.is_usable:
            self._wire.write(b"QUIT\r\n")
            with contextlib.suppress(TimeoutError, ConnectionLost):
                await self._wire.reply(QUIT_SECONDS)
        self.is_usable = False
        self._wire.close()

    async def _connect(self) -> None:
        self._stage = "connect"
        loop = asyncio.get_running_loop()
        context = tls_context(verify=True) if self._host.tls and self._host.user else tls_context(verify=False)
        async with asyncio.timeout(self._timing.connect):
            transport, _ = await loop.create_connection(
                lambda: self._wire,
                self._host.address,
                self._host.port,
                ssl=context if self._host.tls else None,
                server_hostname=self._host.name if self._host.tls else None,
            )
        if found := transport.get_extra_info("ssl_object"):
            self._wire.is_tls = True
            self.tls = found.version()
        if sock := transport.get_extra_info("socket"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def _greet(self, helo: str, *, tls: bool) -> None:
        self._stage = "greeting"
        self._expect(await self._read_reply(self._timing.reply), 220)
        await self._ehlo(helo)
        if tls and "STARTTLS" in self._extensions and not self._wire.is_tls:
            self._stage = "starttls"
            if (await self._command("STARTTLS")).code != 220:
                return
            context = tls_context(verify=bool(self._host.user))
            try:
                self.tls = await self._wire.start_tls(context, self._host.name, self._timing.connect)
            except (OSError, TimeoutError) as error:
                raise _BadHandshake(str(error)) from error
            self._conversation.append(f"({self.tls})")
            await self._ehlo(helo)

    async def _ehlo(self, helo: str) -> None:
        self._stage = "ehlo"
        reply = await self._command(f"EHLO {helo}")
        if reply.code in {500, 502, 504}:
            self._extensions = frozenset()
            self._expect(await self._command(f"HELO {helo}"), 250)
            return
        self._expect(reply, 250)
        self._extensions = frozenset(reply.text.upper().split())

    async def _log_in(self) -> None:
        if not self._host.user:
            return
        self._stage = "auth"
        if not self._wire.is_tls and not self._host.address.startswith("127."):
            raise NotOpen(
                self._failed(Failure.PROTOCOL, gettext_noop("The relay offers no TLS, so the password was not sent."))
            )
        plain = base64.b64encode(f"\0{self._host.user}\0{self._host.password}".encode()).decode()
        self._conversation.append("C: AUTH PLAIN (not shown)")
        self._wire.write(f"AUTH PLAIN {plain}\r\n".encode())
        self._expect(await self._read_reply(self._timing.reply), 235)

    async def _transaction(self, sender: str, recipient: str, data: bytes) -> SmtpResult:
        commands = [("mail", f"MAIL FROM:<{sender}>"), ("rcpt", f"RCPT TO:<{recipient}>"), ("data", "DATA")]
        if self._needs_reset:
            commands.insert(0, ("reset", "RSET"))
            self._needs_reset = False
        refusal, data_reply = await self._envelope(commands)
        if refusal is None and data_reply.code == 354:
            return await self._body(data)
        # Whatever was begun must be ended before the next mail.
        self._needs_reset = True
        if data_reply.code == 354:
            # The host wants a mail although it refused the recipient: it gets an empty one (RFC 2920).
            await self._command(".", seconds=self._timing.final)
        stage, reply = refusal or ("data", data_reply)
        return self._result_of(stage, reply)

    async def _envelope(self, commands: list[tuple[str, str]]) -> tuple[tuple[str, Reply] | None, Reply]:
        """Return the first refusal with its stage (None: there was none) and the answer to DATA."""
        refusal: tuple[str, Reply] | None = None
        reply = Reply(0, "")
        if "PIPELINING" in self._extensions:
            self._wire.write("".join([f"{line}\r\n" for _, line in commands]).encode("ascii"))
            for self._stage, line in commands:
                self._conversation.append(f"C: {line}")
                reply = await self._read_reply(self._timing.reply)
                if reply.code == 421:
                    return (self._stage, reply), Reply(0, "")
                if refusal is None and self._stage != "data" and reply.code >= 300:
                    refusal = self._stage, reply
            return refusal, reply
        for self._stage, line in commands:
            reply = await self._command(line)
            if self._stage != "data" and reply.code >= 300:
                return (self._stage, reply), Reply(0, "")
        return None, reply

    async def _body(self, data: bytes) -> SmtpResult:
        self._stage = "body"
        self._conversation.append(f"C: ({len(data)} bytes)")
        self._wire.write(data)
        await self._wire.flushed(self._timing.final)
        return self._result_of("body", await self._read_reply(self._timing.final))

    async def _command(self, line: str, *, seconds: float | None = None) -> Reply:
        self._conversation.append(f"C: {line}")
        self._wire.write(f"{line}\r\n".encode("ascii"))
        return await self._read_reply(seconds or self._timing.reply)

    async def _read_reply(self, seconds: float) -> Reply:
        reply = await self._wire.reply(seconds)
        text = reply.text if reply.text.isascii() and reply.text.isprintable() else NOT_IN_LINE.sub("?", reply.text)
        reply = Reply(reply.code, text[:MAX_TEXT])
        self._conversation.append(f"S: {reply.code} {reply.text}")
        if reply.code == 421:
            self.is_usable = False
        return reply

    def _expect(self, reply: Reply, code: int) -> None:
        if reply.code != code:
            self.is_usable = self.is_usable and reply.code >= 400
            raise NotOpen(self._result_of(self._stage, reply))

    def _fail(self, failure: Failure, text: str) -> SmtpResult:
        self.is_usable = False
        self._wire.close()
        return self._failed(failure, text)

    def _failed(self, failure: Failure, text: str) -> SmtpResult:
        reason = f"{failure} ({NOT_IN_LINE.sub('?', text)[:200]})"
        return SmtpResult(
            failure=failure,
            text=reason,
            stage=self._stage,
            host=str(self._host),
            tls=self.tls,
            conversation=self._take_conversation(),
        )

    def _result_of(self, stage: str, reply: Reply) -> SmtpResult:
        return SmtpResult(
            code=reply.code,
            enhanced=enhanced_code(reply.text[:20]),
            text=f"{reply.code} {reply.text}",
            stage=stage,
            host=str(self._host),
            tls=self.tls,
            conversation=self._take_conversation(),
        )

    def _take_conversation(self) -> str:
        """Return the conversation since the last mail, and forget it."""
        conversation = "\n".join(self._conversation)[:MAX_CONVERSATION]
        self._conversation = []
        return conversation
