"""`manage.py verify_audit`: what it says and how it ends."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import AuditEntry
from tests.accounts.test_audit_chain import as_owner, write

pytestmark = pytest.mark.django_db


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def anchor(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR = tmp_path / "audit-anchor"
    return settings.AUDIT_ANCHOR


def said(*options: str, to: io.StringIO | None = None) -> str:
    output = to or io.StringIO()
    call_command("verify_audit", *options, stdout=output)
    return output.getvalue()


def test_a_log_that_holds_is_counted_and_its_last_seal_given(anchor: Path) -> None:
    write(3)
    assert (
        said() == f"The audit log holds: 3 sealed entries were read; the last seal is {anchor.read_text().strip()}.\n"
    )


def test_progress_is_for_a_terminal() -> None:
    write(3)
    assert "\r3 of 3 seals\n" in said(to=Terminal())


def test_the_first_broken_entry_is_named_with_what_it_says_now() -> None:
    ids = write(3)
    as_owner(f"UPDATE accounts_auditentry SET actor = 'eve' WHERE id >= {ids[1]}")
    with pytest.raises(CommandError) as raised:
        said()
    assert raised.value.returncode == 1
    when = AuditEntry.objects.get(pk=ids[1]).at
    assert str(raised.value) == (
        f"The audit log is broken at entry {ids[1]}, seal 2: the entry was changed, or was not written by this product "
        f"under its keys. It now says: {when:%Y-%m-%d %H:%M:%S} UTC, eve, test, target 1."
    )


def test_what_was_written_into_an_entry_commands_no_terminal() -> None:
    ids = write(1)
    as_owner(f"UPDATE accounts_auditentry SET actor = E'eve\\x1b[2J\\nThe audit log holds' WHERE id = {ids[0]}")
    with pytest.raises(CommandError) as raised:
        said()
    assert "eve\\x1b[2J\\nThe audit log holds" in str(raised.value)


def test_an_anchor_kept_elsewhere_is_believed(anchor: Path) -> None:
    ids = write(3)
    elsewhere = anchor.read_text().strip()
    as_owner(
        f"DELETE FROM accounts_auditentry WHERE id = {ids[2]}",
        f"DELETE FROM accounts_auditseal WHERE entry_id = {ids[2]}",
    )
    anchor.unlink()
    assert "No anchor is kept here" in said()
    with pytest.raises(CommandError, match="broken at seal 3: the log ends before the anchor"):
        said("--anchor", elsewhere)


def test_an_anchor_that_was_changed_is_a_fault_of_its_own(anchor: Path) -> None:
    write(1)
    anchor.write_text("nothing")
    with pytest.raises(CommandError, match="anchor at .* was changed"):
        said()


def test_an_anchor_that_cannot_be_read_is_said(anchor: Path) -> None:
    anchor.mkdir()
    with pytest.raises(CommandError, match="anchor cannot be read"):
        said()


def test_a_part_of_the_log_can_be_read() -> None:
    write(4)
    assert said("--from", "3").startswith("The audit log holds: 2 sealed entries")
    with pytest.raises(CommandError, match="There is no seal 9: the last one is 4"):
        said("--from", "9")
