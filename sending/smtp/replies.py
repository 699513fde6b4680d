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

from sending.smtp.bounce_class import BounceClass
from sending.smtp.codes import enhanced_code, every_code, is_due, is_refusal, leading_code
from sending.smtp.reply_words import ALIVE_WORDS, DOUBT, POLICY_WORDS, RELAY_WORDS, first_class, readable, says_dead
from sending.smtp.result import Failure, SmtpResult

MAX_REASON = 1000
# A reply's code in the text of a report.
_REPLY = re.compile(r"(?<![\d.])[45]\d\d(?![\d.])")
_TYPE = re.compile(r"^[\w-]+;")


class OutcomeKind(StrEnum):
    """What becomes of the mail."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    DROPPED = "dropped"


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

# Codes that words alone may give that meaning to (RFC 5321 4.2.2); 0 is a report that names none.
DEAD_WORDS_CODES = frozenset({0, 550, 551, 553})
# Replies about room, about the session and about us: what they say of an address beside that is not believed.
NOT_DEAD = frozenset({502, 503, 521, 530, 534, 535, 538, 552, 555})

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
    # Exchange's: a recipient, or a tenant, that is none of the host's own.
    "7.54": BounceClass.RELAY_DENIED,
    "7.64": BounceClass.RELAY_DENIED,
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
    name, is_dead = _class_of(code, smtp_result.enhanced, reason, own=reason.removeprefix(str(code)))
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
    reply = _REPLY.search(text)
    # The reply that is reported, or without one what stands there; the type before it ("smtp;") is none of it.
    said = text[reply.end() :] if reply else _TYPE.sub("", text)
    code_in_text = leading_code(said)
    # "5.0.0" says no more than "failed"; the receiver's own words may say which.
    if code_in_text and (not code or (code.endswith(".0.0") and code[0] == code_in_text[0])):
        code = code_in_text
    if code.startswith("2"):
        return Outcome(kind=OutcomeKind.DELIVERED, reason=text)
    name, hard = _class_of(int(reply[0]) if reply else 0, code, text, own=said)
    if code.startswith("4") or (not code and reply and reply[0].startswith("4")):
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=name, reason=text or status)
    return Outcome(kind=OutcomeKind.BOUNCED, bounce_class=name, hard=hard, reason=text or status)


def _class_of(code: int, enhanced: str, text: str, *, own: str) -> tuple[BounceClass, bool]:
    """Return the class of a refusal and whether its address is dead; `code` 0 when no reply is known.

    `own` is what the text says after that code: only there may it say "dead".
    """
    text = readable(text)
    alive = first_class(ALIVE_WORDS, text)
    is_dead = _is_consistent(code, enhanced, text) and alive is None and not DOUBT.search(text)
    if not enhanced or enhanced.endswith(".0.0"):
        if alive or says_dead(readable(own)):
            # A 5xx that names no code: its own words must say that the address is unknown.
            return alive or BounceClass.INVALID_RECIPIENT, is_dead and code in DEAD_WORDS_CODES
        return BY_CODE.get(code, BounceClass.TRANSIENT_FAILURE if 400 <= code < 500 else BounceClass.OTHER), False
    name = BY_DETAIL.get(enhanced[2:]) or BY_SUBJECT.get(enhanced.split(".")[1], BounceClass.OTHER)
    if RELAY_WORDS.search(text):
        name = BounceClass.RELAY_DENIED
    elif name is BounceClass.POLICY_RELATED:
        name = first_class(POLICY_WORDS, text) or name
    elif name is BounceClass.INVALID_RECIPIENT:
        # Some refuse by policy, or for a full mailbox, with the code of a dead address; then their words are believed.
        name = alive or name
    return name, is_dead and enhanced in DEAD


def _is_consistent(code: int, enhanced: str, text: str) -> bool:
    """Say whether all codes of a reply may belong to a dead address: its own, and what stands in its text."""
    if code in NOT_DEAD or 0 < code < 500:
        return False
    return all(found in DEAD or found.endswith(".0.0") for found in (enhanced, *every_code(text)) if found)
