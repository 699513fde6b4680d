"""Parsing in a process that may be killed: a mail built to choke a parser costs seconds, not the service.

What the mail itself is to blame for comes back as a report that is not parsed: a cap, an error of the parser, too much
processor time. For everything else an exception is raised, and the mail is read again later.
"""

from __future__ import annotations

import multiprocessing
import resource
import signal
from email.message import Message
from multiprocessing.connection import Connection

from sending.inbound import arf, auto_replies, dsn
from sending.inbound.report import OverLimit, ParsingLimits, Report, ReportKind, not_parsed, opened, text_header

MAX_MEMORY = 1 << 30
START_SECONDS = 300
END_SECONDS = 5
# The plainest report: what a working parser reads.
PLAIN = (
    b"From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
    b"--B\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; a@mx.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"\r\n--B--\r\n"
)


def parse(raw: bytes, limits: ParsingLimits, sent: str = "") -> Report:
    """Return what a mail at the report port says; UNKNOWN, and not parsed, when it is over a cap.

    `sent` is the subject of the email it came back for: words of ours that it repeats say nothing.
    """
    try:
        mail = opened(raw, limits)
    except OverLimit as error:
        return not_parsed(str(error))
    return arf.parse(mail) or dsn.parse(mail, sent) or _other(mail, sent)


class Stopped(Exception):
    """The reader is ending; nothing is known about the mail in hand."""


class ParserUnavailable(Exception):
    """No parser process works: memory, processes or files are short. Nothing is known about the mail in hand."""


class ParserEnded(Exception):
    """The parser ended, or did not answer, over a mail. That may be the mail's fault or the machine's."""


class ParserKilled(ParserEnded):
    """The parser was killed from outside: the machine was short of memory, or stood still. No mail can do that."""


class Parser:
    """A warm process of its own that parses; it is ended when a mail takes more of the processor than it may.

    What counts is processor time: a slow or busy machine takes no mail away. A process that does not answer at all is
    ended after `wall_seconds`, and that alone says nothing about the mail.
    """

    def __init__(self, limits: ParsingLimits, *, cpu_seconds: float, wall_seconds: float) -> None:
        self._limits = limits
        self._cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds
        self._stopped = False
        # None until the first mail.
        self.process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def parse(self, raw: bytes, sent: str = "") -> Report:
        """Return what the mail says; UNKNOWN, and not parsed, when that is the mail's own fault.

        `sent` is the subject of our email, as for `parse`.

        Raises ParserUnavailable, ParserEnded, ParserKilled, and Stopped after `stop`.
        """
        pipe = self._running()
        has_answered = False
        try:
            pipe.send((raw, sent))
            if pipe.poll(self.wall_seconds):
                answer: Report | str = pipe.recv()
                if isinstance(answer, Report):
                    return answer
                reason, has_answered = answer, True
            else:
                reason = f"the parser did not answer for {self.wall_seconds:g} s"
        except (EOFError, OSError):
            reason = "the parser ended"
        except BaseException:
            # Its answer may still come, and the next mail must not get it.
            self.close()
            raise
        if self._stopped:
            raise Stopped
        code = self._end()
        if code == -signal.SIGPROF:
            return not_parsed(f"it took more than {self._cpu_seconds:g} s of the processor")
        # One that has answered was ended by us.
        ended = ParserKilled if code == -signal.SIGKILL and not has_answered else ParserEnded
        raise ended(f"{reason} (exit code {code})")

    def check(self) -> None:
        """Raise ParserUnavailable unless a plain report is parsed now."""
        try:
            report = self.parse(PLAIN)
        except ParserEnded as error:
            raise ParserUnavailable(str(error)) from error
        if report.kind is not ReportKind.BOUNCE:
            raise ParserUnavailable(report.diagnostic)

    def stop(self) -> None:
        """End a parse that is under way in another thread: its mail was not judged and stays unread."""
        self._stopped = True
        if self.process:
            self.process.kill()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self.process:
            self.process.kill()
            self.process.join()
            self.process.close()
        if self._pipe:
            self._pipe.close()
        self.process = self._pipe = None

    def _end(self) -> int | None:
        """Return how the process ended; one that still runs is ended."""
        code = None
        if self.process:
            # Its end of the pipe closes a moment before it has ended.
            self.process.join(0 if self._pipe and not self._pipe.poll() else END_SECONDS)
            self.process.kill()
            self.process.join()
            code = self.process.exitcode
        self.close()
        return code

    def _running(self) -> Connection:
        if self._stopped:
            raise Stopped
        if self._pipe and self.process and self.process.is_alive():
            return self._pipe
        self.close()
        # Spawned, not forked: a fork would inherit our database connections and locks.
        context = multiprocessing.get_context("spawn")
        try:
            self._pipe, theirs = context.Pipe()
            with theirs:
                arguments = (theirs, self._limits, self._cpu_seconds)
                self.process = context.Process(target=_work, args=arguments, name="report parser", daemon=True)
                self.process.start()
            # Its start is not the mail's time.
            ready = self._pipe.poll(START_SECONDS) and self._pipe.recv() == "ready"
        except (OSError, EOFError, MemoryError) as error:
            self._give_up()
            raise ParserUnavailable(f"the parser process does not start: {error!r}") from error
        if not ready:
            self._give_up()
            raise ParserUnavailable("the parser process does not start")
        return self._pipe

    def _give_up(self) -> None:
        if self._stopped:
            raise Stopped
        if self.process and self.process.pid is None:
            # It was never started: there is nothing to kill.
            self.process = None
        self.close()


def _work(pipe: Connection, limits: ParsingLimits, cpu_seconds: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    pipe.send("ready")
    while True:
        try:
            raw, sent = pipe.recv()
        except EOFError:
            return
        pipe.send(_judged(raw, limits, cpu_seconds, sent))


def _judged(raw: bytes, limits: ParsingLimits, cpu_seconds: float, sent: str) -> Report | str:
    """Return what the mail says, or, as a text, what failed that need not be the mail's fault."""
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        return parse(raw, limits, sent)
    except (MemoryError, OSError, ImportError, SystemError) as error:
        return repr(error)
    except Exception as error:
        # Whatever else a hostile mail can raise is about that mail; the raw bytes stay for a person to read.
        return not_parsed(type(error).__name__)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _other(mail: Message, sent: str) -> Report:
    kind = ReportKind.REPLY if auto_replies.is_auto_reply(mail, sent) else ReportKind.UNKNOWN
    return Report(kind=kind, diagnostic=text_header(mail, "Subject"))
