"""sending.acceptance.presentation: stored findings in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from sending.acceptance.gates import GATES
from sending.acceptance.presentation import LABELS, CheckRow, checks


def line(gate: str, value: Any, limit: Any = "", *, passed: bool = True) -> dict[str, Any]:
    return {"gate": gate, "passed": passed, "value": value, "limit": limit}


def test_every_gate_that_finds_something_has_a_label() -> None:
    assert {gate.__name__ for gate in GATES} - set(LABELS) == {"options_known"}
    assert set(LABELS) <= {gate.__name__ for gate in GATES}


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (line("daily_volume", 1, 1_000_000), ("Daily limit", "1", "1,000,000 per day")),
        (line("account_active", "active", "active"), ("Account status", "Active", "Active")),
        (line("sender_verified", "failing", "verified"), ("State of the sender domain", "Records missing", "Verified")),
        (line("template_approved", 3, "approved"), ("Approved template", "version 3", "Approved")),
        (line("content_given", "1234567"), ("Template given", "1234567", "")),
        (line("not_blocked", ""), ("Blocklists and unsubscriptions", "on no list", "")),
        (line("recipient_frequency", "", 50), ("Emails to one recipient", "within the limit", "50 per hour")),
        (line("attachments_size", 2048, 10_485_760), ("Size of the attachments", "2,048 bytes", "10,485,760 bytes")),
        (line("recipients_number", "1, 0, 2", "50, 20, 20"), ("Recipients in To, Cc and Bcc", "1, 0, 2", "50, 20, 20")),
    ],
)
def test_a_finding_is_written_with_its_unit(stored: dict[str, Any], shown: tuple[str, str, str]) -> None:
    (check,) = checks([stored])
    assert (check.name, check.value, check.limit) == shown
    assert check.passed


def test_the_language_is_the_reader_s() -> None:
    with override("zh-hans"):
        assert checks([line("daily_volume", 1, 1_000_000)]) == [
            CheckRow("每日发送上限", passed=True, value="1", limit="每天 1,000,000 封")
        ]


def test_what_made_a_gate_refuse_stays_as_it_was_stored() -> None:
    (check,) = checks([line("not_blocked", "ann@example.com is on the blocklist.", passed=False)])
    assert (check.passed, check.value) == (False, "ann@example.com is on the blocklist.")


def test_a_gate_of_an_earlier_time_keeps_its_name() -> None:
    assert checks([line("moon_phase", "full")])[0].name == "moon_phase"
