"""What a receiver's reply (RFC 5321 4.2, RFC 3463 3) means: tables from codes and texts to an outcome (pure).

Only codes that say "this address is dead" make a hard bounce: most 5.x.x replies are about size, policy or
a full mailbox, and a blocklist made from them would block addresses in use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sending.smtp.codes import enhanced_code
from sending.smtp.result import Failure, SmtpResult

MAX_REASON = 1000


class OutcomeKind(StrEnum):
    """What becomes of the mail."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    DROPPED = "dropped"


class BounceClass(StrEnum):
    """Why a mail was not taken, by the names that operators of large senders use."""

    NONE = ""
    INVALID_RECIPIENT = "InvalidRecipient"
    BAD_DOMAIN = "BadDomain"
    INACTIVE_MAILBOX = "InactiveMailbox"
    INVALID_SENDER = "InvalidSender"
    QUOTA_ISSUES = "QuotaIssues"
    NO_ANSWER_FROM_HOST = "NoAnswerFromHost"
    BAD_CONNECTION = "BadConnection"
    DNS_FAILURE = "DNSFailure"
    ROUTING_ERRORS = "RoutingErrors"
    TRANSIENT_FAILURE = "TransientFailure"
    MESSAGE_EXPIRED = "MessageExpired"
    MESSAGE_TOO_LARGE = "MessageTooLarge"
    PROTOCOL_ERRORS = "ProtocolErrors"
    AUTHENTICATION_FAILED = "AuthenticationFailed"
    POLICY_RELATED = "PolicyRelated"
    RATE_LIMITED = "RateLimited"
    RELAY_DENIED = "RelayDenied"
    SPAM_BLOCK = "SpamBlock"
    SPAM_CONTENT = "SpamContent"
    OTHER = "Other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt came to; `hard` is true only for a dead address."""

    kind: OutcomeKind
    bounce_class: BounceClass = BounceClass.NONE
    hard: bool = False
    reason: str = ""


# The address is dead, with no other reading: what measured lists of labelled bounces agree on.
DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"})

# Subject and detail of an enhanced code (RFC 3463 and the IANA list); the first digit is left out.
BY_DETAIL: dict[str, BounceClass] = {
    "1.1": BounceClass.INVALID_RECIPIENT,
    "1.2": BounceClass.BAD_DOMAIN,
    "1.3": BounceClass.INVALID_RECIPIENT,
    "1.4": BounceClass.INVALID_RECIPIENT,
    "1.6": BounceClass.INVALID_RECIPIENT,
    "1.7": BounceClass.INVALID_SENDER,
    "1.8": BounceClass.INVALID_SENDER,
    "1.10": BounceClass.BAD_DOMAIN,
    "2.1": BounceClass.INACTIVE_MAILBOX,
    "2.2": BounceClass.QUOTA_ISSUES,
    "2.3": BounceClass.MESSAGE_TOO_LARGE,
    "3.1": BounceClass.QUOTA_ISSUES,
    "3.4": BounceClass.MESSAGE_TOO_LARGE,
    "4.1": BounceClass.NO_ANSWER_FROM_HOST,
    "4.2": BounceClass.BAD_CONNECTION,
    "4.3": BounceClass.DNS_FAILURE,
    "4.4": BounceClass.BAD_DOMAIN,
    "4.6": BounceClass.ROUTING_ERRORS,
    "4.7": BounceClass.MESSAGE_EXPIRED,
    "7.7": BounceClass.SPAM_CONTENT,
    "7.8": BounceClass.AUTHENTICATION_FAILED,
    "7.9": BounceClass.AUTHENTICATION_FAILED,
    "7.20": BounceClass.AUTHENTICATION_FAILED,
    "7.21": BounceClass.AUTHENTICATION_FAILED,
    "7.22": BounceClass.AUTHENTICATION_FAILED,
    "7.23": BounceClass.AUTHENTICATION_FAILED,
    "7.24": BounceClass.AUTHENTICATION_FAILED,
    "7.25": BounceClass.AUTHENTICATION_FAILED,
    "7.26": BounceClass.AUTHENTICATION_FAILED,
    "7.28": BounceClass.RATE_LIMITED,
    "7.515": BounceClass.AUTHENTICATION_FAILED,
}
BY_SUBJECT: dict[str, BounceClass] = {
    "1": BounceClass.INVALID_RECIPIENT,
    "2": BounceClass.INACTIVE_MAILBOX,
    "3": BounceClass.TRANSIENT_FAILURE,
    "4": BounceClass.ROUTING_ERRORS,
    "5": BounceClass.PROTOCOL_ERRORS,
    "6": BounceClass.PROTOCOL_ERRORS,
    "7": BounceClass.POLICY_RELATED,
}

# Words inside a policy refusal that say which policy: they choose the class, never "hard".
POLICY_WORDS: tuple[tuple[re.Pattern[str], BounceClass], ...] = (
    (
        re.compile(r"\b(dnsbl|rbl|block ?list|black ?list|spamhaus|listed (at|by|in)|reputation)"),
        BounceClass.SPAM_BLOCK,
    ),
    (re.compile(r"\bspam|\bunsolicited|\bbulk mail|content (rejected|refused)"), BounceClass.SPAM_CONTENT),
    (re.compile(r"\b(spf|dkim|dmarc|unauthenticated)\b"), BounceClass.AUTHENTICATION_FAILED),
    (
        re.compile(r"relay(ing)? (access )?(denied|not (permitted|allowed))|not (permitted|allowed) to relay"),
        BounceClass.RELAY_DENIED,
    ),
    (re.compile(r"rate limit|too (many|much|fast)|grey ?list|throttl"), BounceClass.RATE_LIMITED),
)
# Replies without an enhanced code: the first row whose words occur. True: the address is dead.
BY_WORDS: tuple[tuple[re.Pattern[str], BounceClass, bool], ...] = (
    (
        re.compile(
            r"\b(user|recipient|mailbox|address|account)( is)? unknown|unknown (user|recipient|mailbox)|"
            r"no such (user|recipient|mailbox|address|person)|(user|mailbox|recipient|account|address) "
            r"(was )?(not found|does(n't| not) exist)"
        ),
        BounceClass.INVALID_RECIPIENT,
        True,
    ),
    (re.compile(r"(disabled|inactive|suspended|deactivated)"), BounceClass.INACTIVE_MAILBOX, False),
    (
        re.compile(r"over ?quota|quota exceeded|mailbox (is )?full|insufficient (disk )?(space|storage)"),
        BounceClass.QUOTA_ISSUES,
        False,
    ),
    (re.compile(r"too (large|big)|exceeds (the )?(maximum|size)|message size"), BounceClass.MESSAGE_TOO_LARGE, False),
    *((words, name, False) for words, name in POLICY_WORDS),
    (re.compile(r"sender (address )?(rejected|denied|unknown)|bad sender"), BounceClass.INVALID_SENDER, False),
)
BY_CODE: dict[int, BounceClass] = {
    421: BounceClass.TRANSIENT_FAILURE,
    452: BounceClass.QUOTA_ISSUES,
    500: BounceClass.PROTOCOL_ERRORS,
    501: BounceClass.PROTOCOL_ERRORS,
    502: BounceClass.PROTOCOL_ERRORS,
    503: BounceClass.PROTOCOL_ERRORS,
    504: BounceClass.PROTOCOL_ERRORS,
    521: BounceClass.BAD_DOMAIN,
    552: BounceClass.QUOTA_ISSUES,
    554: BounceClass.POLICY_RELATED,
    556: BounceClass.BAD_DOMAIN,
}
# No reply at all. True: final, and the address is dead.
BY_FAILURE: dict[Failure, tuple[BounceClass, bool]] = {
    Failure.NO_DOMAIN: (BounceClass.BAD_DOMAIN, True),
    Failure.NULL_MX: (BounceClass.BAD_DOMAIN, True),
    Failure.NO_MAIL_HOST: (BounceClass.BAD_DOMAIN, True),
    Failure.FORBIDDEN_HOST: (BounceClass.ROUTING_ERRORS, False),
    Failure.DNS: (BounceClass.DNS_FAILURE, False),
    Failure.CONNECT: (BounceClass.NO_ANSWER_FROM_HOST, False),
    Failure.TIMEOUT: (BounceClass.NO_ANSWER_FROM_HOST, False),
    Failure.LOST: (BounceClass.BAD_CONNECTION, False),
    Failure.PROTOCOL: (BounceClass.PROTOCOL_ERRORS, False),
}
FINAL_FAILURES = frozenset({Failure.NO_DOMAIN, Failure.NULL_MX, Failure.NO_MAIL_HOST, Failure.FORBIDDEN_HOST})


def classify(smtp_result: SmtpResult) -> Outcome:
    """Return what an attempt came to: 2xx to the mail's text is delivered, 5xx final, the rest is tried again."""
    reason = smtp_result.text[:MAX_REASON]
    if smtp_result.code == 0:
        name, hard = BY_FAILURE[smtp_result.failure]
        kind = OutcomeKind.BOUNCED if smtp_result.failure in FINAL_FAILURES else OutcomeKind.DEFERRED
        return Outcome(kind=kind, bounce_class=name, hard=hard, reason=reason or str(smtp_result.failure))
    if smtp_result.code < 300 and smtp_result.stage == "body":
        return Outcome(kind=OutcomeKind.DELIVERED, reason=reason)
    if smtp_result.code < 400:
        # A positive reply where none was due: the two sides are out of step, so nothing was delivered.
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=BounceClass.PROTOCOL_ERRORS, reason=reason)
    if smtp_result.stage == "auth":
        # Our own relay does not know us: the operator's to mend, and no fault of the mail.
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=BounceClass.AUTHENTICATION_FAILED, reason=reason)
    name, hard = _class_of(smtp_result.code, smtp_result.enhanced, reason)
    if smtp_result.code < 500:
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=name, reason=reason)
    # Only an answer to the recipient, or to the mail for it, says anything about the recipient.
    hard = hard and smtp_result.stage in {"rcpt", "data", "body"}
    return Outcome(kind=OutcomeKind.BOUNCED, bounce_class=name, hard=hard, reason=reason)


def classify_report(status: str, diagnostic: str) -> Outcome:
    """Return what a delivery report says by its `Status` and `Diagnostic-Code`; both may be empty."""
    text = " ".join(diagnostic.split())[:MAX_REASON]
    code = enhanced_code(status)
    code_in_text = enhanced_code(text)
    # "5.0.0" says no more than "failed"; the receiver's own words may say which.
    if code_in_text and (not code or (code.endswith(".0.0") and code[0] == code_in_text[0])):
        code = code_in_text
    if code.startswith("2"):
        return Outcome(kind=OutcomeKind.DELIVERED, reason=text)
    reply = re.search(r"(?<![\d.])[45]\d\d(?![\d.])", text)
    name, hard = _class_of(int(reply[0]) if reply else 0, code, text)
    if code.startswith("4") or (not code and reply and reply[0].startswith("4")):
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=name, reason=text or status)
    return Outcome(kind=OutcomeKind.BOUNCED, bounce_class=name, hard=hard, reason=text or status)


def _class_of(code: int, enhanced: str, text: str) -> tuple[BounceClass, bool]:
    text = text.lower()
    if not enhanced or enhanced.endswith(".0.0"):
        for pattern, name, dead in BY_WORDS:
            if pattern.search(text):
                # A 5xx that names no code: its own words must say that the address is unknown.
                return name, dead and code in {0, 550, 551, 553}
        return BY_CODE.get(code, BounceClass.TRANSIENT_FAILURE if 400 <= code < 500 else BounceClass.OTHER), False
    subject = enhanced.split(".")[1]
    name = BY_DETAIL.get(enhanced[2:]) or BY_SUBJECT.get(subject, BounceClass.OTHER)
    if name is BounceClass.POLICY_RELATED:
        name = next((better for pattern, better in POLICY_WORDS if pattern.search(text)), name)
    return name, enhanced in DEAD
