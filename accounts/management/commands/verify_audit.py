"""Verify the audit log."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit_anchor
from accounts.audit_anchor import Anchor
from accounts.audit_verification import Broken, Verification, last_number, verify
from accounts.mail.text import NOT_IN_LINE


class Command(BaseCommand):
    """`verify_audit [--from N] [--anchor N:HASH]`: 0 when the log holds; 1 names the first entry that does not."""

    help = "Verify that no entry of the audit log was changed, removed or inserted; name the first that was."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--from", dest="start", type=int, default=1, help="number of the first seal to read; 1 is the oldest"
        )
        parser.add_argument(
            "--anchor", type=Anchor.parse, help="a seal NUMBER:HASH that was kept elsewhere (SES_AUDIT_ANCHOR)"
        )

    def handle(self, *args: Any, start: int, anchor: Anchor | None, **options: Any) -> None:
        """Read the log, a line of progress on a terminal, and say what holds."""
        try:
            anchor = anchor or audit_anchor.read(settings.AUDIT_ANCHOR)
        except ValueError as problem:
            raise CommandError(f"The anchor at {settings.AUDIT_ANCHOR} was changed: {problem}.") from None
        except OSError as problem:
            raise CommandError(f"The anchor cannot be read: {problem}.") from None
        last = last_number()
        if start > last + 1:
            raise CommandError(f"There is no seal {start:,}: the last one is {last:,}.")
        done = verify(start=max(1, start), anchor=anchor, progress=lambda number: self._show(number, last))
        if done.broken:
            raise CommandError(_sentence(done.broken))
        self.stdout.write(_summary(done, anchor))

    def _show(self, number: int, last: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{number:,} of {max(number, last):,} seals", ending="\n" if number >= last else "")
            self.stdout.flush()


def _sentence(broken: Broken) -> str:
    place = ", ".join(
        f"{name} {number}" for name, number in (("entry", broken.entry), ("seal", broken.seal)) if number is not None
    )
    said = ""
    if record := broken.record:
        said = f" It now says: {record.at:%Y-%m-%d %H:%M:%S} UTC, {record.actor}, {record.act}, {record.target}."
        # Whoever changed it may have written what commands a terminal.
        said = NOT_IN_LINE.sub(lambda found: found.group().encode("unicode_escape").decode(), said)
    return f"The audit log is broken at {place}: {broken.fault.label}.{said}"


def _summary(done: Verification, anchor: Anchor | None) -> str:
    head = f"; the last seal is {done.head}" if done.head else ""
    lines = [f"The audit log holds: {done.checked:,} sealed entries were read{head}."]
    if done.waiting:
        since = f"{done.waiting_since:%Y-%m-%d %H:%M:%S} UTC"
        lines.append(f"{done.waiting:,} entries wait for their seal, the oldest since {since}.")
    if anchor is None:
        lines.append("No anchor is kept here: entries removed at the end could not be seen.")
    return "\n".join(lines)
