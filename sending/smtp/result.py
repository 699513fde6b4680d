"""What came of one attempt to send a mail: the value the SMTP client returns and `replies` judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext_noop

MAX_CONVERSATION = 4000


class Failure(StrEnum):
    """Why there was no last reply; stored in English, translated where it is shown."""

    NONE = ""
    NO_DOMAIN = gettext_noop("the domain does not exist")
    NULL_MX = gettext_noop("the domain does not accept email (null MX)")
    NO_MAIL_HOST = gettext_noop("the domain has neither an MX record nor an address")
    NO_HOST_ADDRESS = gettext_noop("no mail server of the domain has an address")
    FORBIDDEN_HOST = gettext_noop("every mail server of the domain has a forbidden address")
    DNS = gettext_noop("DNS gave no usable answer")
    CONNECT = gettext_noop("no connection")
    TIMEOUT = gettext_noop("no answer in time")
    LOST = gettext_noop("the connection was lost")
    # A reply that SMTP does not have, or not at this place (RFC 5321 4.2, 4.3.2).
    PROTOCOL = gettext_noop("protocol error")
    TLS = gettext_noop("no encryption")
    FAULT = gettext_noop("a fault of this service")


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
    # The host passes mail on for every domain, and speaks for none.
    is_relay: bool = False
    # "TLSv1.3", or empty for clear text.
    tls: str = ""
    # Lines "C: …" and "S: …".
    conversation: str = ""


# Until the recipient is named, an answer is about the session or the sender.
_BEFORE_RECIPIENT = frozenset({"connect", "greeting", "ehlo", "starttls", "auth", "reset", "mail"})


def leaves_mail_open(smtp_result: SmtpResult) -> bool:
    """Say whether a host said nothing about the mail, and cannot have taken it: another host may."""
    stage, failure = smtp_result.stage, smtp_result.failure
    return stage in _BEFORE_RECIPIENT or (failure is not Failure.NONE and stage in {"rcpt", "data"})


def joined(results: Sequence[SmtpResult]) -> SmtpResult:
    """Return the last host's result with the conversations of all that were tried, in order."""
    *before, last = results
    if not before:
        return last
    share = MAX_CONVERSATION // len(results)
    talks = [f"({result.host})\n{result.conversation or result.text}"[: share - 1] for result in results]
    return replace(last, conversation="\n".join(talks))


def fault(error: Exception) -> SmtpResult:
    """Return the result of an attempt that ended by a fault of this program."""
    return SmtpResult(failure=Failure.FAULT, text=f"{Failure.FAULT} ({type(error).__name__})")
