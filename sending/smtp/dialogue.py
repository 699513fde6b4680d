"""One dialogue with a receiving host (RFC 5321 3.1): commands out, replies in, each judged by its place."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.mail.text import NOT_IN_LINE
from sending.smtp.codes import is_due, is_refusal, leading_code
from sending.smtp.host import Host
from sending.smtp.result import MAX_CONVERSATION, Failure, SmtpResult
from sending.smtp.wire import ConnectionLost, ProtocolError, Reply, Wire

MAX_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a receiver may take, in seconds."""

    connect: float
    reply: float
    # After the final dot: who gives up early sends the mail twice.
    final: float


class Dialogue:
    """What is said on one wire, and what it came to. `stage` names what the next reply answers."""

    def __init__(self, wire: Wire, host: Host, timing: Timing) -> None:
        self.wire = wire
        self.host = host
        self.timing = timing
        self.stage = "connect"
        # "TLSv1.3", or empty for clear text.
        self.tls = ""
        self._conversation: list[str] = []
        self._is_ending = False

    @property
    def is_usable(self) -> bool:
        """Say whether it can go on: nobody ended it, and the host said nothing that was not asked."""
        return not self._is_ending and self.wire.end is None and not self.wire.unread

    def end(self) -> None:
        """Let nothing more be said."""
        self._is_ending = True

    def note(self, line: str) -> None:
        """Add a line to the conversation that is kept."""
        self._conversation.append(line)

    def write(self, commands: str) -> None:
        """Send commands; raise ProtocolError when something came that they cannot have asked for."""
        self.check_silence()
        self.wire.write(commands.encode("ascii"))

    def check_silence(self) -> None:
        """Raise ProtocolError when the host said something unasked; only 421 may come at any time (RFC 5321 3.8)."""
        unread = self.wire.unread
        if unread and not unread.startswith("421"):
            raise ProtocolError("a reply without a command", line=unread)

    async def command(self, line: str, *, shown: str = "", seconds: float = 0.0) -> Reply:
        """Send one command and return its reply; `shown` stands for it in the conversation."""
        self.write(f"{line}\r\n")
        self.note(f"C: {shown or line}")
        return await self.read_reply(seconds)

    async def read_reply(self, seconds: float = 0.0) -> Reply:
        """Return the next reply, which is due at this stage or refuses.

        Raise ProtocolError for every other, ConnectionLost, or TimeoutError after `seconds` (the usual time for 0).
        """
        try:
            reply = await self.wire.reply(seconds or self.timing.reply)
        except ProtocolError as error:
            if error.line:
                self.note(f"S: {_printable(error.line)}")
            raise
        reply = reply._replace(text=_printable(reply.text)[:MAX_TEXT])
        self.note(f"S: {reply.code:03d} {reply.text}")
        if reply.code == 421:
            self.end()
        if not is_due(self.stage, reply.code) and not is_refusal(reply.code):
            raise ProtocolError(f"{reply.code:03d} {reply.text}")
        return reply

    def result_of(self, stage: str, reply: Reply) -> SmtpResult:
        """Return what the reply to `stage` comes to, with the conversation so far."""
        return SmtpResult(
            code=reply.code,
            enhanced=leading_code(reply.text),
            text=f"{reply.code} {reply.text}",
            stage=stage,
            host=str(self.host),
            is_relay=self.host.is_relay,
            tls=self.tls,
            conversation=self._take_conversation(),
        )

    def cut(self, failure: Failure, text: str = "") -> SmtpResult:
        """Cut the connection and return the result of what was going on."""
        self.end()
        self.wire.close()
        text = NOT_IN_LINE.sub("?", text)[:200]
        return SmtpResult(
            failure=failure,
            text=f"{failure} ({text})" if text else str(failure),
            stage=self.stage,
            host=str(self.host),
            is_relay=self.host.is_relay,
            tls=self.tls,
            conversation=self._take_conversation(),
        )

    def cut_by(self, error: Exception) -> SmtpResult:
        """Cut the connection for what `read_reply` or the network raised."""
        if isinstance(error, ProtocolError):
            return self.cut(Failure.PROTOCOL, f"{error}: {error.line}" if error.line else str(error))
        if isinstance(error, ConnectionLost):
            return self.cut(Failure.LOST, str(error))
        # A time-out says no more than that.
        text = "" if isinstance(error, TimeoutError) else str(error)
        if self.stage == "connect":
            return self.cut(Failure.CONNECT, text)
        return self.cut(Failure.TIMEOUT if isinstance(error, TimeoutError) else Failure.LOST, text)

    def _take_conversation(self) -> str:
        """Return the conversation since the last mail, and forget it."""
        conversation = "\n".join(self._conversation)[:MAX_CONVERSATION]
        self._conversation = []
        return conversation


def _printable(text: str) -> str:
    return text if text.isascii() and text.isprintable() else NOT_IN_LINE.sub("?", text)
