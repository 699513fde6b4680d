"""What came of one attempt to send a mail: the value the SMTP client returns and `replies` judges."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop


class Failure(StrEnum):
    """Why there was no last reply; stored in English, translated where it is shown."""

    NONE = ""
    NO_DOMAIN = gettext_noop("the domain does not exist")
    NULL_MX = gettext_noop("the domain does not accept email (null MX)")
    NO_MAIL_HOST = gettext_noop("the domain has neither an MX record nor an address")
    FORBIDDEN_HOST = gettext_noop("every mail server of the domain has a forbidden address")
    DNS = gettext_noop("DNS did not answer")
    CONNECT = gettext_noop("no connection")
    TIMEOUT = gettext_noop("no answer in time")
    LOST = gettext_noop("the connection was lost")
    PROTOCOL = gettext_noop("the answer was not SMTP")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpResult:
    """One attempt: the last reply (code 0: none, then `failure` says why) and how it came to it."""

    code: int = 0
    # "5.1.1", or empty where the reply has none.
    enhanced: str = ""
    text: str = ""
    failure: Failure = Failure.NONE
    # What the last reply answers: "connect", "greeting", "ehlo", "starttls", "auth", "reset", "mail", "rcpt",
    # "data" or "body".
    stage: str = "connect"
    # "mx.example.com [192.0.2.1]:25"; empty when none was reached.
    host: str = ""
    # "TLSv1.3", or empty for clear text.
    tls: str = ""
    # Lines "C: …" and "S: …".
    conversation: str = ""
