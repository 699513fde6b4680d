"""Change a user's password, as Django's command of this name does, and write it into the audit log."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.db import transaction

from accounts import audit
from accounts.caller import COMMAND_LINE


class Command(changepassword.Command):
    """Django's command in the transaction of its entry."""

    def handle(self, *args: Any, **options: Any) -> str:
        """Change the password and write the entry."""
        with transaction.atomic():
            said = super().handle(*args, **options)
            audit.log_platform(COMMAND_LINE, "users.change_password", options["username"])
        return str(said)
