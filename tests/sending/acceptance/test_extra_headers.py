"""What may stand in a header."""

from __future__ import annotations

import pytest

from sending.acceptance import extra_headers


@pytest.mark.parametrize("name", ["From", "bcc", "DKIM-Signature", "ARC-Seal", "Resent-To", "Content-Type", "X-SES-Id"])
def test_the_platform_s_own_headers_are_reserved(name: str) -> None:
    with pytest.raises(ValueError, match="written by the platform"):
        extra_headers.check_header(name, "x")


@pytest.mark.parametrize("name", ["", "A b", "A:", "Ä", "a\n", "x" * 77])
def test_what_is_no_header_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a header name"):
        extra_headers.check_header(name, "x")


@pytest.mark.parametrize("name", ["X-Tencentcloudses-Cb-Order", "X-Campaign", "In-Reply-To", "References"])
def test_other_headers_pass(name: str) -> None:
    extra_headers.check_header(name, "order 5: grün")


def test_a_value_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValueError, match=r"U\+000A"):
        extra_headers.check_header("X-A", "b\nBcc: c@example.com")


@pytest.mark.parametrize("text", ["a@b.example", "<a@b.example", "<a b@c.example>", "<a>", "<a@b.example>\r\nX: y"])
def test_what_is_no_message_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="<id@domain>"):
        extra_headers.check_message_id(text)


def test_a_message_id_passes() -> None:
    extra_headers.check_message_id("<20260301.1@mail.example.com>")
