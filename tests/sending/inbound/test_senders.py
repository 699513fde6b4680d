"""Who wrote a mail that came in, by From and by its envelope."""

from __future__ import annotations

import pytest

from sending.inbound import senders
from sending.inbound.report import opened, return_path
from sending.inbound.senders import SenderKind
from tests.sending.inbound import mails


def of(value: str) -> SenderKind:
    return senders.of(opened(b"From: " + value.encode() + b"\r\n\r\nx", mails.CAPS))


@pytest.mark.parametrize(
    "value",
    [
        "MAILER-DAEMON@mx.example.net",
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
        '"MAILER-DAEMON" <mailer_daemon@mx.example.net>',
        "mailer-daemon",
        "MAILER-DAEMON <>",
        "<>",
        "=?utf-8?b?6YCA5L+h?= <MAILER-DAEMON>",
    ],
)
def test_the_daemons_address_or_none_is_a_program_that_delivers(value: str) -> None:
    assert of(value) is SenderKind.DAEMON


@pytest.mark.parametrize(
    "value",
    [
        "postmaster@example.net",
        "PostMaster@qq.com",
        "post_master@example.net",
        "Mail Delivery System <noreply@mx.example.net>",
        "System Administrator <admin@example.net>",
        "=?gb18030?B?z7XNs7ncwO3UsQ==?= <Postmaster@163.com>",
        "=?utf-8?b?57O757uf566h55CG5ZGY?= <admin@example.cn>",
    ],
)
def test_a_postmaster_may_be_a_program_or_people(value: str) -> None:
    assert of(value) is SenderKind.POSTMASTER


@pytest.mark.parametrize(
    "value", ["ann@example.net", "Ann <ann@postmaster.example.net>", "no-reply@example.net", "x", "@", "<", '"', ""]
)
def test_everybody_else_is_somebody_else(value: str) -> None:
    assert of(value) is SenderKind.OTHER


@pytest.mark.parametrize(
    ("path", "is_empty", "is_personal"),
    [
        (return_path(""), True, False),
        (b"Return-Path: <MAILER-DAEMON>\r\n", True, False),
        (return_path("postmaster@example.net"), False, False),
        (return_path("ann@example.net"), False, True),
        (b"", False, False),
    ],
)
def test_an_envelope_sender_that_is_not_known_says_nothing(path: bytes, is_empty: bool, is_personal: bool) -> None:
    mail = opened(path + b"From: x@y.test\r\n\r\nx", mails.CAPS)
    assert (senders.has_empty_envelope(mail), senders.has_personal_envelope(mail)) == (is_empty, is_personal)


def test_what_the_port_wrote_counts_and_not_what_the_mail_brought() -> None:
    mail = opened(return_path("ann@example.net") + return_path("") + b"\r\nx", mails.CAPS)
    assert senders.has_personal_envelope(mail)
    assert not senders.has_empty_envelope(mail)


def test_an_envelope_sender_breaks_no_header() -> None:
    assert return_path("a\r\nX: y\x00@b.test") == b"Return-Path: <aX: y@b.test>\r\n"
    assert len(return_path("ä" * 500)) < 420
