"""Sends mails to one receiving host over SMTP (RFC 5321 3 and 4.1); knows no database.

Commands are pipelined where the host takes it (RFC 2920), TLS is opportunistic (RFC 3207), a session carries many
mails. The time limits of RFC 5321 4.5.3.2 are the caller's, as `Timing`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket

from django.utils.translation import gettext_noop

from sending.smtp.codes import is_refusal
from sending.smtp.dialogue import Dialogue, Timing
from sending.smtp.host import Host
from sending.smtp.result import Failure, SmtpResult
from sending.smtp.tls import tls_context
from sending.smtp.wire import ConnectionLost, ProtocolError, Reply, Wire

QUIT_SECONDS = 2.0


class NotOpen(Exception):
    """A host would not open a session; `smtp_result` says why."""

    def __init__(self, smtp_result: SmtpResult) -> None:
        super().__init__(smtp_result.text)
        self.smtp_result = smtp_result


class _BadHandshake(Exception):
    """STARTTLS was offered and failed."""


class Connection:
    """An open session; `send` may be called again and again until `is_usable` turns false."""

    def __init__(self, host: Host, timing: Timing) -> None:
        self.host = host
        self._timing = timing
        self._wire = Wire()
        self._dialogue = Dialogue(self._wire, host, timing)
        self._extensions: frozenset[str] = frozenset()
        self._needs_reset = False
        self.sent = 0

    @property
    def is_usable(self) -> bool:
        """Say whether the next mail may go here."""
        return self._dialogue.is_usable

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
        self = cls(host, timing)
        try:
            await self._connect()
            await self._greet(helo, tls=tls)
            await self._log_in()
        except _BadHandshake as error:
            self._wire.close()
            if host.user:
                raise NotOpen(self._dialogue.cut(Failure.TLS, str(error))) from error
            raise
        except NotOpen:
            await self.close()
            raise
        except (TimeoutError, ConnectionLost, OSError) as error:
            raise NotOpen(self._dialogue.cut_by(error)) from error
        except BaseException:
            self._wire.close()
            raise
        return self

    async def send(self, sender: str, recipient: str, data: bytes) -> SmtpResult:
        """Send one mail (`data` as `data.stuff` returns it) to one recipient; never raises for what the host does."""
        self.sent += 1
        try:
            return await self._transaction(sender, recipient, data)
        except (TimeoutError, ConnectionLost, OSError) as error:
            return self._dialogue.cut_by(error)

    async def close(self) -> None:
        """Send QUIT and disconnect; the reply is not waited for long."""
        if self.is_usable:
            self._wire.write(b"QUIT\r\n")
            with contextlib.suppress(TimeoutError, ConnectionLost):
                await self._wire.reply(QUIT_SECONDS)
        self.abandon()

    def abandon(self, failure: Failure = Failure.NONE, text: str = "") -> SmtpResult:
        """Cut the connection in the middle of whatever it did, and return how far that came."""
        return self._dialogue.cut(failure, text)

    async def _connect(self) -> None:
        self._dialogue.stage = "connect"
        loop = asyncio.get_running_loop()
        context = tls_context(verify=True) if self.host.tls and self.host.user else tls_context(verify=False)
        async with asyncio.timeout(self._timing.connect):
            transport, _ = await loop.create_connection(
                lambda: self._wire,
                self.host.address,
                self.host.port,
                ssl=context if self.host.tls else None,
                server_hostname=self.host.name if self.host.tls else None,
            )
        if found := transport.get_extra_info("ssl_object"):
            self._wire.is_tls = True
            self._dialogue.tls = found.version()
        if sock := transport.get_extra_info("socket"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def _greet(self, helo: str, *, tls: bool) -> None:
        self._dialogue.stage = "greeting"
        self._accept(await self._dialogue.read_reply())
        await self._ehlo(helo)
        if tls and "STARTTLS" in self._extensions and not self._wire.is_tls:
            self._dialogue.stage = "starttls"
            reply = await self._dialogue.command("STARTTLS")
            if is_refusal(reply.code) and reply.code != 421:
                return
            self._accept(reply)
            context = tls_context(verify=bool(self.host.user))
            try:
                self._dialogue.tls = await self._wire.start_tls(context, self.host.name, self._timing.connect)
            except (OSError, TimeoutError, ValueError) as error:
                # ValueError: the host's name cannot stand in a certificate, which DNS does not prevent.
                raise _BadHandshake(str(error)) from error
            self._dialogue.note(f"({self._dialogue.tls})")
            await self._ehlo(helo)

    async def _ehlo(self, helo: str) -> None:
        self._dialogue.stage = "ehlo"
        reply = await self._dialogue.command(f"EHLO {helo}")
        if reply.code in {500, 502, 504}:
            self._extensions = frozenset()
            self._accept(await self._dialogue.command(f"HELO {helo}"))
            return
        self._accept(reply)
        self._extensions = frozenset(reply.text.upper().split())

    async def _log_in(self) -> None:
        if not self.host.user:
            return
        self._dialogue.stage = "auth"
        if not self._wire.is_tls and not self.host.address.startswith("127."):
            raise NotOpen(
                self._dialogue.cut(Failure.TLS, gettext_noop("The relay offers no TLS, so the password was not sent."))
            )
        plain = base64.b64encode(f"\0{self.host.user}\0{self.host.password}".encode()).decode()
        self._accept(await self._dialogue.command(f"AUTH PLAIN {plain}", shown="AUTH PLAIN (not shown)"))

    async def _transaction(self, sender: str, recipient: str, data: bytes) -> SmtpResult:
        commands = [("mail", f"MAIL FROM:<{sender}>"), ("rcpt", f"RCPT TO:<{recipient}>"), ("data", "DATA")]
        if self._needs_reset:
            commands.insert(0, ("reset", "RSET"))
        # Until this mail is taken or refused, whatever was begun must be ended before the next.
        self._needs_reset = True
        ask = self._ask_together if "PIPELINING" in self._extensions else self._ask_singly
        refusal = await ask(commands)
        if refusal is None:
            self._needs_reset = False
            return await self._send_data(data)
        return self._dialogue.result_of(*refusal)

    async def _ask_singly(self, commands: list[tuple[str, str]]) -> tuple[str, Reply] | None:
        """Ask one by one; return the refusal with its stage, or None when the host waits for the mail."""
        for self._dialogue.stage, line in commands:
            reply = await self._dialogue.command(line)
            if is_refusal(reply.code):
                return self._dialogue.stage, reply
        return None

    async def _ask_together(self, commands: list[tuple[str, str]]) -> tuple[str, Reply] | None:
        """Ask all at once (RFC 2920) and return the first refusal with its stage, or None as `_ask_singly`.

        All replies are read, and each must be due: a host that says one too many would answer for the wrong command.
        """
        self._dialogue.write("".join([f"{line}\r\n" for _, line in commands]))
        refusal: tuple[str, Reply] | None = None
        for self._dialogue.stage, line in commands:
            self._dialogue.note(f"C: {line}")
            try:
                reply = await self._dialogue.read_reply()
            except ProtocolError:
                raise
            except (TimeoutError, ConnectionLost):
                if refusal is None or refusal[0] != "rcpt":
                    raise
                # Some hosts hang up on a recipient they refuse.
                self._dialogue.end()
                return refusal
            if refusal is None and is_refusal(reply.code):
                refusal = self._dialogue.stage, reply
            if reply.code == 421:
                return refusal
        if refusal is not None:
            await self._refuse_data(refusal[0], accepted=not is_refusal(reply.code))
        return refusal

    async def _refuse_data(self, stage: str, *, accepted: bool) -> None:
        """End what a host makes of DATA after it refused at `stage`."""
        if not accepted:
            self._dialogue.check_silence()
        elif stage == "rcpt":
            # It wants a mail although it refused the only recipient: it gets an empty one (RFC 2920 3.1).
            self._dialogue.stage = "body"
            try:
                await self._dialogue.command(".", seconds=self._timing.final)
            except ProtocolError:
                raise
            except (TimeoutError, ConnectionLost):
                self._dialogue.end()
        else:
            # An empty mail would go to the recipient, who was not refused.
            self._dialogue.end()

    async def _send_data(self, data: bytes) -> SmtpResult:
        self._dialogue.check_silence()
        self._dialogue.stage = "body"
        self._dialogue.note(f"C: ({len(data)} bytes)")
        self._wire.write(data)
        # Who closes early may have said why: then that is the reply.
        with contextlib.suppress(ConnectionLost):
            await self._wire.flushed(self._timing.final)
        reply = await self._dialogue.read_reply(self._timing.final)
        if self._wire.was_early and not is_refusal(reply.code):
            raise ProtocolError("accepted before it was sent")
        return self._dialogue.result_of("body", reply)

    def _accept(self, reply: Reply) -> None:
        """Raise NotOpen for a refusal."""
        if is_refusal(reply.code):
            raise NotOpen(self._dialogue.result_of(self._dialogue.stage, reply))
