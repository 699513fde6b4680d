"""Reports become events: what each stored report says is recorded once, whoever reads it and however often."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.mail.text import storable
from accounts.tokens import without_tokens
from sending import events
from sending.inbound import dsn
from sending.inbound.parsing import Parser
from sending.inbound.report import MAX_RETURN_PATH, ParsingLimits, Report, ReportKind
from sending.models import BounceType, EventKind, InboundReport, Message
from sending.smtp.replies import classify_report


def parser() -> Parser:
    """Return a parser with the caps of the rules in force."""
    rules = settings.RULES
    limits = ParsingLimits(
        # The port took no more than that, and wrote the envelope sender above it.
        max_bytes=rules.inbound_max_bytes + MAX_RETURN_PATH,
        max_parts=rules.inbound_max_parts,
        max_header_bytes=rules.inbound_header_max_bytes,
    )
    return Parser(limits, cpu_seconds=rules.inbound_parse_seconds, wall_seconds=rules.inbound_parse_wall_seconds)


def read(report_id: int, parser: Parser) -> ReportKind | None:
    """Read one report that waits and record what it says of its message; None when another reader was first."""
    waiting = InboundReport.objects.filter(pk=report_id, state=InboundReport.State.WAITING)
    stored = waiting.first()
    if stored is None:
        return None
    # The envelope's token named the message when the mail came in; what the mail itself claims counts for nothing.
    message = stored.message or 0
    about = Message.objects.filter(pk=message).values_list("account_id", "recipient", "subject").first()
    account, recipient, sent = about or (None, "", "")
    report = parser.parse(bytes(stored.raw), sent)
    report = dsn.for_recipient(report, recipient)
    with transaction.atomic():
        updated = waiting.update(
            kind=report.kind,
            state=InboundReport.State.READ if report.is_parsed else InboundReport.State.ASIDE,
            summary=_summary(report),
            account=account,
            read_at=timezone.now(),
        )
        if not updated:
            return None
        if account is not None:
            events.record(_new_events(report, message))
    return report.kind


def _new_events(report: Report, message: int) -> list[events.NewEvent]:
    reason = _summary(report)
    if report.kind == ReportKind.BOUNCE:
        outcome = classify_report(report.status, report.diagnostic, stage=report.stage)
        return [
            events.NewEvent(
                kind=EventKind.BOUNCE,
                message=message,
                reason=reason,
                # The report says "failed" for good, even where its status is a temporary one (time ran out).
                bounce_type=BounceType.HARD if outcome.hard else BounceType.SOFT,
                bounce_class=outcome.bounce_class,
            )
        ]
    if report.kind == ReportKind.COMPLAINT:
        return [events.NewEvent(kind=EventKind.SPAMREPORT, message=message, reason=reason)]
    if report.kind == ReportKind.OPT_OUT:
        return [events.NewEvent(kind=EventKind.UNSUBSCRIBE, message=message, reason=reason)]
    return []


def _summary(report: Report) -> str:
    summary = " ".join(part for part in (report.action, report.status, report.diagnostic) if part)
    return without_tokens(storable(summary))[:500]
