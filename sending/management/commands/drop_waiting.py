"""Drop waiting emails after a restore: `manage.py drop_waiting --accepted-before TIME`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.caller import COMMAND_LINE
from accounts.errors import Refused
from sending import waiting


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Command(BaseCommand):
    """Shows how many there are, and drops them, each with its event, once they are confirmed."""

    help = "Drop waiting emails that were accepted before a moment, while delivery is on hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the two options."""
        parser.add_argument("--accepted-before", type=_moment, required=True, help="such as 2026-11-28T16:00 (UTC)")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, accepted_before: datetime, yes: bool, **options: Any) -> None:
        """Count, ask and drop."""
        count = waiting.accepted_before(accepted_before)
        self.stdout.write(f"{count} waiting emails were accepted before {accepted_before.isoformat(' ', 'seconds')}")
        if not count or (not yes and not self._is_confirmed()):
            return
        try:
            total = waiting.drop_accepted_before(
                COMMAND_LINE, moment=accepted_before, limit=sys.maxsize, done=lambda so_far: self._say(so_far, count)
            )
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{total} emails dropped")

    def _is_confirmed(self) -> bool:
        self.stdout.write("They will never be sent. Type yes to drop them: ", ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip() == "yes"

    def _say(self, so_far: int, count: int) -> None:
        self.stdout.write(f"{so_far} of {count}")
