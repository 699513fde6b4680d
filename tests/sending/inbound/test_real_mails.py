"""Real mails that came back, of many programs (`tests/corpus/bounces`): each is what it is, whatever was sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from sending.inbound import parsing
from sending.inbound.report import ReportKind, return_path
from tests.sending.inbound import mails

FOLDER = Path(__file__).parents[2] / "corpus" / "bounces"
KINDS = {
    "lhost-exim-06": ReportKind.BOUNCE,
    "lhost-googlegroups-08": ReportKind.BOUNCE,
    "lhost-mailru-02": ReportKind.BOUNCE,
    "lhost-mfilter-04": ReportKind.BOUNCE,
    "lhost-notes-02": ReportKind.BOUNCE,
    "lhost-x3-02": ReportKind.BOUNCE,
    # No daemon's name: an empty envelope, a sentence and the copy; and a postmaster's "Re:" with a reply in it.
    "lhost-kddi-02": ReportKind.BOUNCE,
    "lhost-verizon-02": ReportKind.BOUNCE,
    # Without its boundary the report has lost its parts, and is one all the same.
    "rfc3464-06": ReportKind.BOUNCE,
    "lhost-exim-38": ReportKind.DELAY,
    "lhost-gmail-08": ReportKind.DELAY,
    "rfc3464-28": ReportKind.UNKNOWN,
    "rfc3834-02": ReportKind.REPLY,
    "rfc3834-04": ReportKind.REPLY,
    # A program wrote it when somebody pressed a button. No email of ours names an address for that.
    "arf-26": ReportKind.REPLY,
    # A person forwards a bounce; a mailing list answers a stranger.
    "lhost-sendmail-14": ReportKind.UNKNOWN,
    "lhost-fml-02": ReportKind.UNKNOWN,
}
FOUND = (ReportKind.BOUNCE, ReportKind.DELAY)


def kind(raw: bytes, sent: str = "Nyaan") -> ReportKind:
    return parsing.parse(raw, mails.CAPS, sent).kind


@pytest.mark.parametrize(("name", "expected"), KINDS.items())
def test_a_real_mail_is_what_it_is(name: str, expected: ReportKind) -> None:
    raw = (FOLDER / f"{name}.eml").read_bytes()
    assert kind(raw) is expected
    # As the port stores it, which knows that its envelope sender is empty.
    assert kind(return_path("") + raw) is (
        ReportKind.REPLY if name in {"lhost-sendmail-14", "lhost-fml-02"} else expected
    )


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind in FOUND])
@pytest.mark.parametrize(
    "sent",
    [
        "Mail delivery failed: returning message to sender",
        "Delivery Status Notification (Failure)",
        "Undeliverable message",
        "Out of office",
        "a",
        "退信",
    ],
)
def test_a_real_report_is_one_whatever_our_subject_was(name: str, sent: str) -> None:
    assert kind((FOLDER / f"{name}.eml").read_bytes(), sent) in FOUND


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind in FOUND])
@pytest.mark.parametrize("prefix", ["Auto", "Automatic reply", "自动回复"])
def test_a_real_report_that_a_person_quotes_is_none(name: str, prefix: str) -> None:
    raw = (FOLDER / f"{name}.eml").read_bytes()
    quoted = b"".join(b"> " + line + b"\r\n" for line in raw.splitlines())
    for fields in (b"", b"Return-Path: <>\r\n", b"Auto-Submitted: auto-replied\r\n"):
        head = fields + b"From: Ann <ann@example.net>\r\nSubject: " + mails.encoded(f"{prefix}: Nyaan", "utf-8")
        assert kind(head + b"\r\n\r\nLook:\r\n" + quoted) is ReportKind.REPLY
