"""Make a member of the platform staff, as Django's command of this name does, and write it into the audit log."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.caller import COMMAND_LINE
from accounts.models import User


class Command(createsuperuser.Command):
    """Django's command in the transaction of its entry."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the user and the entry."""
        with transaction.atomic():
            last = User.objects.aggregate(last=Max("pk"))["last"] or 0
            super().handle(*args, **options)
            for user in User.objects.filter(pk__gt=last, is_superuser=True):
                audit.log_platform(COMMAND_LINE, "admin.add_user", user.email)
