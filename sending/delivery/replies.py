"""What a receiver's reply means: pure tables from codes and words to an outcome.

Only codes that say "this address is dead" make a hard bounce: most 5.x.x replies are about size, policy or
a full mailbox, and a blocklist fed by them would bar living people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sending.delivery.handover import Failure, Handover
from sending.models import BounceType
from sending.smtp.codes import enhanced_code

REASON_MAX = 1000


class Kind(StrEnum):
    """What becomes of the mail."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    DROPPED = "dropped"


class Class(StrEnum):
    """Why a mail was not taken, in the words operators of large senders use."""

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
    """What a try came to; `hard` is true only for a dead address."""

    kind: Kind
    bounce_class: Class = Class.NONE
    hard: bool = False
    reason: str = ""

    @property
    def bounce_type(self) -> str:
        """Return the callback's word for the kind of bounce; empty unless bounced."""
        if self.kind is not Kind.BOUNCED:
            return ""
        return BounceType.HARD.value if self.hard else BounceType.SOFT.value


# The address is dead, with no other reading: what measured lists of labelled bounces agree on.
DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"})

# Subject and detail of an enhanced code (RFC 3463 and the IANA list); the first digit is left out.
BY_DETAIL: dict[str, Class] = {
    "1.1": Class.INVALID_RECIPIENT,
    "1.2": Class.BAD_DOMAIN,
    "1.3": Class.INVALID_RECIPIENT,
    "1.4": Class.INVALID_RECIPIENT,
    "1.6": Class.INVALID_RECIPIENT,
    "1.7": Class.INVALID_SENDER,
    "1.8": Class.INVALID_SENDER,
    "1.10": Class.BAD_DOMAIN,
    "2.1": Class.INACTIVE_MAILBOX,
    "2.2": Class.QUOTA_ISSUES,
    "2.3": Class.MESSAGE_TOO_LARGE,
    "3.1": Class.QUOTA_ISSUES,
    "3.4": Class.MESSAGE_TOO_LARGE,
    "4.1": Class.NO_ANSWER_FROM_HOST,
    "4.2": Class.BAD_CONNECTION,
    "4.3": Class.DNS_FAILURE,
    "4.4": Class.BAD_DOMAIN,
    "4.6": Class.ROUTING_ERRORS,
    "4.7": Class.MESSAGE_EXPIRED,
    "7.7": Class.SPAM_CONTENT,
    "7.8": Class.AUTHENTICATION_FAILED,
    "7.9": Class.AUTHENTICATION_FAILED,
    "7.20": Class.AUTHENTICATION_FAILED,
    "7.21": Class.AUTHENTICATION_FAILED,
    "7.22": Class.AUTHENTICATION_FAILED,
    "7.23": Class.AUTHENTICATION_FAILED,
    "7.24": Class.AUTHENTICATION_FAILED,
    "7.25": Class.AUTHENTICATION_FAILED,
    "7.26": Class.AUTHENTICATION_FAILED,
    "7.28": Class.RATE_LIMITED,
    "7.515": Class.AUTHENTICATION_FAILED,
}
BY_SUBJECT: dict[str, Class] = {
    "1": Class.INVALID_RECIPIENT,
    "2": Class.INACTIVE_MAILBOX,
    "3": Class.TRANSIENT_FAILURE,
    "4": Class.ROUTING_ERRORS,
    "5": Class.PROTOCOL_ERRORS,
    "6": Class.PROTOCOL_ERRORS,
    "7": Class.POLICY_RELATED,
}

# Words inside a policy refusal that say which policy: they choose the class, never "hard".
POLICY_WORDS: tuple[tuple[re.Pattern[str], Class], ...] = (
    (re.compile(r"\b(dnsbl|rbl|block ?list|black ?list|spamhaus|listed (at|by|in)|reputation)"), Class.SPAM_BLOCK),
    (re.compile(r"\bspam|\bunsolicited|\bbulk mail|content (rejected|refused)"), Class.SPAM_CONTENT),
    (re.compile(r"\b(spf|dkim|dmarc|unauthenticated)\b"), Class.AUTHENTICATION_FAILED),
    (
        re.compile(r"relay(ing)? (access )?(denied|not (permitted|allowed))|not (permitted|allowed) to relay"),
        Class.RELAY_DENIED,
    ),
    (re.compile(r"rate limit|too (many|much|fast)|grey ?list|throttl"), Class.RATE_LIMITED),
)
# Replies without an enhanced code: the first row whose words occur. True: the address is dead.
BY_WORDS: tuple[tuple[re.Pattern[str], Class, bool], ...] = (
    (
        re.compile(
            r"\b(user|recipient|mailbox|address|account)( is)? unknown|unknown (user|recipient|mailbox)|"
            r"no such (user|recipient|mailbox|address|person)|(user|mailbox|recipient|account|address) "
            r"(was )?(not found|does(n't| not) exist)"
        ),
        Class.INVALID_RECIPIENT,
        True,
    ),
    (re.compile(r"(disabled|inactive|suspended|deactivated)"), Class.INACTIVE_MAILBOX, False),
    (
        re.compile(r"over ?quota|quota exceeded|mailbox (is )?full|insufficient (disk )?(space|storage)"),
        Class.QUOTA_ISSUES,
        False,
    ),
    (re.compile(r"too (large|big)|exceeds (the )?(maximum|size)|message size"), Class.MESSAGE_TOO_LARGE, False),
    *((words, name, False) for words, name in POLICY_WORDS),
    (re.compile(r"sender (address )?(rejected|denied|unknown)|bad sender"), Class.INVALID_SENDER, False),
)
BY_CODE: dict[int, Class] = {
    421: Class.TRANSIENT_FAILURE,
    452: Class.QUOTA_ISSUES,
    500: Class.PROTOCOL_ERRORS,
    501: Class.PROTOCOL_ERRORS,
    502: Class.PROTOCOL_ERRORS,
    503: Class.PROTOCOL_ERRORS,
    504: Class.PROTOCOL_ERRORS,
    521: Class.BAD_DOMAIN,
    552: Class.QUOTA_ISSUES,
    554: Class.POLICY_RELATED,
    556: Class.BAD_DOMAIN,
}
# No reply at all. True: final, and the address is dead.
BY_FAILURE: dict[Failure, tuple[Class, bool]] = {
    Failure.NO_DOMAIN: (Class.BAD_DOMAIN, True),
    Failure.NULL_MX: (Class.BAD_DOMAIN, True),
    Failure.NO_MAIL_HOST: (Class.BAD_DOMAIN, True),
    Failure.FORBIDDEN_HOST: (Class.ROUTING_ERRORS, False),
    Failure.DNS: (Class.DNS_FAILURE, False),
    Failure.CONNECT: (Class.NO_ANSWER_FROM_HOST, False),
    Failure.TIMEOUT: (Class.NO_ANSWER_FROM_HOST, False),
    Failure.LOST: (Class.BAD_CONNECTION, False),
    Failure.PROTOCOL: (Class.PROTOCOL_ERRORS, False),
}
FINAL_FAILURES = frozenset({Failure.NO_DOMAIN, Failure.NULL_MX, Failure.NO_MAIL_HOST, Failure.FORBIDDEN_HOST})


def classify(handover: Handover) -> Outcome:
    """Return what a try came to: 2xx to the mail's text is delivered, 5xx final, the rest is tried again."""
    reason = handover.text[:REASON_MAX]
    if handover.code == 0:
        name, hard = BY_FAILURE[handover.failure]
        kind = Kind.BOUNCED if handover.failure in FINAL_FAILURES else Kind.DEFERRED
        return Outcome(kind=kind, bounce_class=name, hard=hard, reason=reason or str(handover.failure))
    if handover.code < 300 and handover.stage == "body":
        return Outcome(kind=Kind.DELIVERED, reason=reason)
    if handover.code < 400:
        # A yes where none was due: the two sides are out of step, so nothing was handed over.
        return Outcome(kind=Kind.DEFERRED, bounce_class=Class.PROTOCOL_ERRORS, reason=reason)
    if handover.stage == "auth":
        # Our own relay does not know us: the operator's to mend, and no fault of the mail.
        return Outcome(kind=Kind.DEFERRED, bounce_class=Class.AUTHENTICATION_FAILED, reason=reason)
    name, hard = _class_of(handover.code, handover.enhanced, reason)
    if handover.code < 500:
        return Outcome(kind=Kind.DEFERRED, bounce_class=name, reason=reason)
    # Only an answer to the recipient, or to the mail for it, says anything about the recipient.
    hard = hard and handover.stage in {"rcpt", "data", "body"}
    return Outcome(kind=Kind.BOUNCED, bounce_class=name, hard=hard, reason=reason)


def classify_report(status: str, diagnostic: str) -> Outcome:
    """Return what a delivery report says by its `Status` and `Diagnostic-Code`; both may be empty."""
    said = " ".join(diagnostic.split())[:REASON_MAX]
    code = enhanced_code(status)
    spoken = enhanced_code(said)
    # "5.0.0" says no more than "failed"; the receiver's own words may say which.
    if spoken and (not code or (code.endswith(".0.0") and code[0] == spoken[0])):
        code = spoken
    if code.startswith("2"):
        return Outcome(kind=Kind.DELIVERED, reason=said)
    reply = re.search(r"(?<![\d.])[45]\d\d(?![\d.])", said)
    name, hard = _class_of(int(reply[0]) if reply else 0, code, said)
    if code.startswith("4") or (not code and reply and reply[0].startswith("4")):
        return Outcome(kind=Kind.DEFERRED, bounce_class=name, reason=said or status)
    return Outcome(kind=Kind.BOUNCED, bounce_class=name, hard=hard, reason=said or status)


def _class_of(code: int, enhanced: str, text: str) -> tuple[Class, bool]:
    words = text.lower()
    if not enhanced or enhanced.endswith(".0.0"):
        for pattern, name, dead in BY_WORDS:
            if pattern.search(words):
                # A 5xx that names no code: its own words must say that the address is unknown.
                return name, dead and code in {0, 550, 551, 553}
        return BY_CODE.get(code, Class.TRANSIENT_FAILURE if 400 <= code < 500 else Class.OTHER), False
    subject = enhanced.split(".")[1]
    name = BY_DETAIL.get(enhanced[2:]) or BY_SUBJECT.get(subject, Class.OTHER)
    if name is Class.POLICY_RELATED:
        name = next((better for pattern, better in POLICY_WORDS if pattern.search(words)), name)
    return name, enhanced in DEAD
