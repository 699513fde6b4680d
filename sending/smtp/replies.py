"""What a receiver's reply (RFC 5321 4.2, RFC 7504, RFC 3463 3) means: tables of codes and texts (pure).

Final is what a host that speaks for the domain answers to the recipient or to the mail, and what the domain's own
zone says of it; everything else may be a passing mistake and is tried again. Hard is only what says "this address is
dead": most 5.x.x replies are about size, policy or a full mailbox, and a blocklist made from them would block
addresses in use. Decision 0016.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sending.smtp.codes import enhanced_code, is_due, is_refusal
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


# The address is dead, with no other reading. Not 5.1.2 and 5.4.4: somebody's look-up of the domain failed, which a
# missing record, or a server that does not know the domain yet, brings about for a while.
DEAD = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10"})

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

# Words that say that not the recipient but the sender is refused.
SENDER_WORDS = re.compile(
    r"\b(bad|invalid|unknown) sender\b|\bsender('s)? (\S+@\S+|address|domain|mailbox|account|verif|is|not|does|"
    r"rejected|denied|unknown)|\bmail from\b|\b(return|reverse)[- ]path\b|\bcall-?(out|back)\b"
)
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
    (SENDER_WORDS, BounceClass.INVALID_SENDER, False),
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
# No reply at all.
BY_FAILURE: dict[Failure, BounceClass] = {
    Failure.NO_DOMAIN: BounceClass.BAD_DOMAIN,
    Failure.NULL_MX: BounceClass.BAD_DOMAIN,
    Failure.NO_MAIL_HOST: BounceClass.DNS_FAILURE,
    Failure.NO_HOST_ADDRESS: BounceClass.DNS_FAILURE,
    Failure.FORBIDDEN_HOST: BounceClass.ROUTING_ERRORS,
    Failure.DNS: BounceClass.DNS_FAILURE,
    Failure.CONNECT: BounceClass.NO_ANSWER_FROM_HOST,
    Failure.TIMEOUT: BounceClass.NO_ANSWER_FROM_HOST,
    Failure.LOST: BounceClass.BAD_CONNECTION,
    Failure.PROTOCOL: BounceClass.PROTOCOL_ERRORS,
    Failure.TLS: BounceClass.BAD_CONNECTION,
    Failure.FAULT: BounceClass.OTHER,
}
# The domain's own zone says that no address of it takes mail.
DEAD_DOMAIN = frozenset({Failure.NO_DOMAIN, Failure.NULL_MX})
# What a reply answers that speaks of the recipient, or of the mail for it.
FINAL_STAGES = frozenset({"rcpt", "data", "body"})
# A relay speaks for no domain. Final is what it says of the recipient and of the mail itself; what it says of us
# (login, sender, policy, quota) is its operator's to mend.
FINAL_BY_RELAY = frozenset(
    {
        BounceClass.INVALID_RECIPIENT,
        BounceClass.BAD_DOMAIN,
        BounceClass.MESSAGE_TOO_LARGE,
        BounceClass.SPAM_CONTENT,
    }
)


def classify(smtp_result: SmtpResult) -> Outcome:
    """Return what an attempt came to: delivered by a positive reply to the mail's text, final by `_is_final`."""
    code, stage = smtp_result.code, smtp_result.stage
    reason = smtp_result.text[:MAX_REASON]
    if smtp_result.failure in BY_FAILURE:
        is_dead = smtp_result.failure in DEAD_DOMAIN
        return Outcome(
            kind=OutcomeKind.BOUNCED if is_dead else OutcomeKind.DEFERRED,
            bounce_class=BY_FAILURE[smtp_result.failure],
            hard=is_dead,
            reason=reason or str(smtp_result.failure),
        )
    if stage == "body" and is_due(stage, code):
        return Outcome(kind=OutcomeKind.DELIVERED, reason=reason)
    if not is_refusal(code):
        reason = reason or str(Failure.PROTOCOL)
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=BounceClass.PROTOCOL_ERRORS, reason=reason)
    if stage == "auth":
        # Our own relay does not know us: the operator's to mend, and no fault of the mail.
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=BounceClass.AUTHENTICATION_FAILED, reason=reason)
    name, is_dead = _class_of(code, smtp_result.enhanced, reason)
    if not _is_final(smtp_result, name):
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=name, reason=reason)
    return Outcome(
        kind=OutcomeKind.BOUNCED, bounce_class=name, hard=is_dead and not smtp_result.is_relay, reason=reason
    )


def _is_final(smtp_result: SmtpResult, name: BounceClass) -> bool:
    """Say whether a refusal is the verdict on the mail: one for good, to the recipient or the mail, by who may."""
    if smtp_result.code < 500 or smtp_result.stage not in FINAL_STAGES:
        return False
    if smtp_result.is_relay:
        return name in FINAL_BY_RELAY
    # A host that will not relay says itself that it does not speak for the domain.
    return name is not BounceClass.RELAY_DENIED


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
    if name is BounceClass.POLICY_RELATED or enhanced in DEAD:
        # Some refuse by policy with the code of a dead address; then their words are believed.
        name = next((better for pattern, better in POLICY_WORDS if pattern.search(text)), name)
    if name is BounceClass.INVALID_RECIPIENT and SENDER_WORDS.search(text):
        name = BounceClass.INVALID_SENDER
    return name, enhanced in DEAD and name in {BounceClass.INVALID_RECIPIENT, BounceClass.BAD_DOMAIN}
