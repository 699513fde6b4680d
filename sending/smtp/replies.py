"""What becomes of a mail by a receiver's reply (RFC 5321 4.2, RFC 7504) or a report on one (RFC 3464): pure.

Final is what a host that speaks for the domain answers to the recipient or to the mail, and what the domain's own
zone says of it; everything else may be a passing mistake and is tried again. Decision 0016; which refusals are hard
is said in `classification`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sending.smtp.bounce_class import BounceClass
from sending.smtp.classification import Refusal, classified
from sending.smtp.codes import enhanced_code, is_due, is_refusal, leading_code
from sending.smtp.reply_text import own_words
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
AFTER_RECIPIENT = frozenset({"data", "body"})
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
    verdict = classified(
        Refusal(
            code=code,
            enhanced=smtp_result.enhanced,
            text=reason,
            own=reason.removeprefix(str(code)),
            stage="data" if stage in AFTER_RECIPIENT else stage,
        )
    )
    name = verdict.bounce_class
    if not _is_final(smtp_result, name):
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=name, reason=reason)
    hard = verdict.is_dead and not smtp_result.is_relay
    return Outcome(kind=OutcomeKind.BOUNCED, bounce_class=name, hard=hard, reason=reason)


def _is_final(smtp_result: SmtpResult, name: BounceClass) -> bool:
    """Say whether a refusal is the verdict on the mail: one for good, to the recipient or the mail, by who may."""
    if smtp_result.code < 500 or smtp_result.stage not in FINAL_STAGES:
        return False
    if smtp_result.is_relay:
        return name in FINAL_BY_RELAY
    # A host that will not relay says itself that it does not speak for the domain.
    return name is not BounceClass.RELAY_DENIED


def classify_report(status: str, diagnostic: str, *, stage: str = "") -> Outcome:
    """Return what a delivery report says by its `Status` and `Diagnostic-Code`, each of which may be empty.

    `stage` is what the refusal answers, "rcpt" or "data", where the report says it.
    """
    text = " ".join(diagnostic.split())[:MAX_REASON]
    enhanced = enhanced_code(status)
    reply = _REPLY.search(text)
    code = int(reply[0]) if reply else 0
    # The reply that is reported, or without one what stands there; the type before it ("smtp;") is none of it.
    own = own_words(text[reply.end() :], code) if reply else _TYPE.sub("", text)
    own_code = leading_code(own)
    # "5.0.0" says no more than "failed"; the receiver's own words may say which.
    if own_code and (not enhanced or (enhanced.endswith(".0.0") and enhanced[0] == own_code[0])):
        enhanced = own_code
    if enhanced.startswith("2"):
        return Outcome(kind=OutcomeKind.DELIVERED, reason=text)
    refusal = Refusal(code=code, enhanced=enhanced, text=text, own=own, stage=stage, is_report=True)
    verdict = classified(refusal)
    name = verdict.bounce_class
    if enhanced.startswith("4") or (not enhanced and 400 <= code < 500):
        return Outcome(kind=OutcomeKind.DEFERRED, bounce_class=name, reason=text or status)
    return Outcome(kind=OutcomeKind.BOUNCED, bounce_class=name, hard=verdict.is_dead, reason=text or status)
