"""Parsing in a process that may be killed: a mail built to choke a parser costs seconds, not the service."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from email.message import Message
from multiprocessing.connection import Connection

from sending.inbound import arf, dsn
from sending.inbound.report import OverLimit, ParsingLimits, Report, ReportKind, header, opened

MAX_MEMORY = 1 << 30


def parse(raw: bytes, limits: ParsingLimits) -> Report:
    """Return what a mail at the report port says; UNKNOWN with the reason in `diagnostic` when it says nothing."""
    try:
        mail = opened(raw, limits)
    except OverLimit as error:
        return Report(kind=ReportKind.UNKNOWN, diagnostic=f"Not parsed: {error}")
    return arf.parse(mail) or dsn.parse(mail) or _other(mail)


class Stopped(Exception):
    """The reader is ending; nothing is known about the mail in hand."""


class Parser:
    """A warm process of its own that parses, killed and replaced when a mail takes it too long."""

    def __init__(self, limits: ParsingLimits, *, seconds: float) -> None:
        self._limits = limits
        self.seconds = seconds
        self._stopped = False
        # None until the first mail.
        self.process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def parse(self, raw: bytes) -> Report:
        """Return what the mail says; UNKNOWN when the parser took too long or died of it.

        Raises Stopped after `stop`.
        """
        pipe = self._running()
        try:
            pipe.send_bytes(raw)
            if pipe.poll(self.seconds):
                report: Report = pipe.recv()
                return report
            reason = f"Not parsed: it took longer than {self.seconds:g} s"
        except (EOFError, OSError):
            reason = "Not parsed: the parser ended"
        if self._stopped:
            raise Stopped
        self.close()
        return Report(kind=ReportKind.UNKNOWN, diagnostic=reason)

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

    def _running(self) -> Connection:
        if self._stopped:
            raise Stopped
        if self._pipe and self.process and self.process.is_alive():
            return self._pipe
        self.close()
        # Spawned, not forked: a fork would inherit our database connections and locks.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, self._limits), name="report parser", daemon=True)
        self.process.start()
        theirs.close()
        # Its start is not the mail's time.
        if not self._pipe.poll(60) or self._pipe.recv() != "ready":
            raise OSError("the parser process did not start")
        return self._pipe


def _work(pipe: Connection, limits: ParsingLimits) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    pipe.send("ready")
    while True:
        try:
            raw = pipe.recv_bytes()
        except EOFError:
            return
        try:
            report = parse(raw, limits)
        except Exception as error:
            # Whatever a hostile mail can raise is about that mail; the raw bytes stay for a person to read.
            report = Report(kind=ReportKind.UNKNOWN, diagnostic=f"Not parsed: {type(error).__name__}")
        pipe.send(report)


def _other(mail: Message) -> Report:
    kind = ReportKind.REPLY if dsn.is_auto_reply(mail) else ReportKind.UNKNOWN
    return Report(kind=kind, diagnostic=header(mail, "Subject"))
