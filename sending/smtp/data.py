"""A mail as the DATA command takes it (RFC 5321 4.5.2); pure."""

from __future__ import annotations

from django.utils.translation import gettext_noop


def stuff(mail: bytes) -> bytes:
    """Return the mail with its dots doubled and the final dot; raise ValueError for a bare CR, a bare LF or a NUL."""
    if not mail.count(b"\r") == mail.count(b"\n") == mail.count(b"\r\n") or b"\0" in mail:
        raise ValueError(gettext_noop("The email contains a bare CR, a bare LF or a NUL."))
    stuffed = mail.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") or not stuffed else b"\r\n.\r\n")
