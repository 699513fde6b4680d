"""What came of one attempt to send a mail: the value the SMTP client returns and `replies` judges."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """Why there was no last reply."""

    NONE = ""
    NO_DOMAIN = "the domain does not exist"
    NULL_MX = "the domain takes no mail (null MX)"
    NO_MAIL_HOST = "the domain has neither MX nor address"
    FORBIDDEN_HOST = "every mail host of the domain lies at a forbidden address"
    DNS = "DNS did not answer"
    CONNECT = "no connection"
    TIMEOUT = "no answer in time"
    LOST = "the connection was lost"
    PROTOCOL = "the answer was not SMTP"


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
