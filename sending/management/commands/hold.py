"""Put sending on hold: `manage.py hold`; nothing is sent until `manage.py release`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.caller import COMMAND_LINE
from sending import holds


def add_kinds(parser: CommandParser) -> None:
    """Add the option that names the kinds of work."""
    parser.add_argument(
        "--only", nargs="+", choices=list(holds.Kind.values), default=list(holds.Kind.values), help="all, when left out"
    )


class Command(BaseCommand):
    """Stops delivery, callbacks and the reading of reports on every machine; acceptance goes on."""

    help = "Put delivery, callbacks and the reading of reports on hold, for the whole platform."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the two options."""
        add_kinds(parser)
        parser.add_argument("--reason", default="", help="shown on every page while it lasts")

    def handle(self, *args: Any, only: list[str], reason: str, **options: Any) -> None:
        """Hold, and say what is on hold now."""
        words = {"words": reason.strip()} if reason.strip() else {}
        holds.hold(COMMAND_LINE, kinds=map(holds.Kind, only), reason=holds.IN_OWN_WORDS if words else "", values=words)
        for period in holds.current():
            self.stdout.write(f"on hold: {period.kind}, since {period.began_at:%Y-%m-%d %H:%M:%S} UTC")
