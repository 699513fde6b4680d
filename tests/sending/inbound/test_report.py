"""Caps before parsing, and reading parts of whatever comes."""

from __future__ import annotations

import pytest

from sending.inbound.report import OverLimit, ReportKind, opened, text_of
from sending.models import InboundReport
from tests.sending.inbound import mails


def nested(depth: int) -> bytes:
    return b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(depth))


@pytest.mark.parametrize(
    ("raw", "cap"),
    [
        (b"A: b\r\n\r\n" + b"x" * 1_000_001, "larger than"),
        (b"Subject: " + b"x" * 200_000 + b"\r\n\r\n", "headers"),
        (b"A: b\r\n" * 30_000 + b"\r\n", "headers"),
        (nested(1_500), "parts in parts"),
        (b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n' + b"--B\r\n\r\n" * 30_000, "too many parts"),
    ],
)
def test_a_mail_over_a_cap_is_not_parsed(raw: bytes, cap: str) -> None:
    with pytest.raises(OverLimit, match=cap):
        opened(raw, mails.CAPS)


def test_nesting_up_to_the_cap_is_parsed() -> None:
    assert opened(nested(100), mails.CAPS).is_multipart()


@pytest.mark.parametrize("charset", [b"utf-8", b"no-such-charset", b"utf-7", b"\xff", b"idna", b"zlib", b'"x\x00y"'])
def test_text_is_read_whatever_its_charset_claims(charset: bytes) -> None:
    mail = opened(b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\nplain words", mails.CAPS)
    assert "plain words" in text_of(mail, 100)


def test_kinds_are_those_of_the_stored_report() -> None:
    assert {kind.value for kind in ReportKind} == set(InboundReport.Kind.values)
