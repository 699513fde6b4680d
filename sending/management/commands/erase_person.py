"""Erase a person's data in all accounts: `manage.py erase_person`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.caller import COMMAND_LINE
from accounts.errors import Refused
from sending import erasure


class Command(BaseCommand):
    """Reads the address from its input, where neither the shell's history nor the list of processes shows it."""

    help = "Erase the data that all accounts have of a person; the address is read from the input."

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for the address and erase."""
        self.stderr.write("Address of the person, then Enter: ", ending="")
        self.stderr.flush()
        try:
            erased = erasure.erase_everywhere(COMMAND_LINE, address=sys.stdin.readline())
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"erased: emails {erased.emails}, entries of blocklists {erased.blocks}")
        if erased.waiting:
            self.stdout.write(f"{erased.waiting} emails still wait to be sent: erase again once they are done with")
