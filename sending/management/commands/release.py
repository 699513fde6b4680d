"""End a hold: `manage.py release`; what waits goes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.caller import COMMAND_LINE
from sending import holds, waiting
from sending.management.commands.hold import add_kinds


class Command(BaseCommand):
    """Lets delivery, callbacks and the reading of reports go on."""

    help = "Release delivery, callbacks and the reading of reports from hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the one option."""
        add_kinds(parser)

    def handle(self, *args: Any, only: list[str], **options: Any) -> None:
        """Release, and say what goes now."""
        released = holds.release(COMMAND_LINE, kinds=map(holds.Kind, only))
        self.stdout.write(f"released: {', '.join(kind.value for kind in released) or 'nothing was on hold'}")
        if holds.Kind.DELIVERY in released:
            self.stdout.write(f"{waiting.in_all().emails} emails waited and are sent now")
