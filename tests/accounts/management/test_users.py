"""Django's two commands about users, which write what they did into the audit log."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.management.commands import changepassword
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("actor", "act", "target"))


def test_who_becomes_platform_staff_by_command_is_written_down() -> None:
    call_command("createsuperuser", "--no-input", email="Root@Example.test", stdout=io.StringIO())
    assert User.objects.get().is_superuser
    assert entries() == [("command line", "admin.add_user", "root@example.test")]


def test_a_command_that_made_nobody_writes_nothing() -> None:
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--no-input", email="no address", stdout=io.StringIO())
    assert entries() == []


def test_a_password_that_was_changed_by_command_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_superuser("root@example.test", "correct horse battery")
    monkeypatch.setattr(changepassword.Command, "_get_pass", lambda self, prompt="": "another horse battery")
    call_command("changepassword", "root@example.test", stdout=io.StringIO())
    assert User.objects.get().check_password("another horse battery")
    assert entries() == [("command line", "users.change_password", "root@example.test")]
