"""Make the demo account, or print what it is."""

from __future__ import annotations

import json
from typing import Any

from django.core.management import BaseCommand, CommandParser

from config import demo
from sending.models import partitions


class Command(BaseCommand):
    """`demo [--json]`: make the demo account once; print its logins and keys."""

    help = "Make the demo account (once) and print its logins and keys."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the option."""
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing and print it."""
        partitions.ensure()
        known = demo.make()
        self.stdout.write(json.dumps(known, indent=2) if options["json"] else demo.introduction())
