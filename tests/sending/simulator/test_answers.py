"""The simulator's own reports are such as our reader understands."""

from __future__ import annotations

from sending.inbound import parsing
from sending.inbound.report import ReportKind
from sending.simulator import answers
from sending.smtp.receiving import has_bare_line_ends
from tests.sending.inbound.mails import CAPS
from tests.sending.simulator.mails import RAW

TO = "b-token@mail.example.test"


def test_a_bounce_report_is_one() -> None:
    raw = answers.bounce_report(RAW, to=TO, recipient="dsn@x.test")
    report = parsing.parse(raw, CAPS)
    assert (report.kind, report.status, report.action) == (ReportKind.BOUNCE, "5.1.1", "failed")
    assert not has_bare_line_ends(raw)


def test_a_spam_report_is_one() -> None:
    raw = answers.spam_report(RAW, to=TO, recipient="complaint@x.test")
    assert parsing.parse(raw, CAPS).kind is ReportKind.COMPLAINT
    assert not has_bare_line_ends(raw)


def test_an_away_note_is_an_automatic_reply() -> None:
    raw = answers.away_note(to=TO, recipient="ooto@x.test")
    assert parsing.parse(raw, CAPS).kind is ReportKind.REPLY
    assert not has_bare_line_ends(raw)
