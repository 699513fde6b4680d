"""A DNS record as the page of its domain shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from accounts.mail.host_names import relative
from domains import differences, reasons
from domains.models import DnsRecord
from domains.records import MX_PRIORITY

# Reasons whose advice begins with a question: entered unread, the record could take somebody's mail away.
_TO_BE_WEIGHED = frozenset(
    {"alias", "mx_implicit", "mx_other", "mx_outranked", "spf_full", "spf_several_full", "spf_look_ups"}
)

PURPOSES = {
    DnsRecord.Kind.MX: gettext_lazy("Returns bounces and complaints to us"),
    DnsRecord.Kind.SPF: gettext_lazy("Allows our servers to send for the domain"),
    DnsRecord.Kind.DKIM: gettext_lazy("The public key that our signatures are checked with"),
    DnsRecord.Kind.DMARC: gettext_lazy("Your policy for email that passes neither SPF nor DKIM"),
}


@dataclass(frozen=True)
class ChainLink:
    """One look-up of a check: a term or name, and what it led to."""

    level: int
    term: str
    number: int
    outcome: str | Promise
    found: str


@dataclass(frozen=True)
class RecordRow:
    """One record as the page shows it."""

    record: DnsRecord
    state: DnsRecord.State
    purpose: str | Promise
    # Why it does not pass, and what to do; or what to know though it does.
    reason: str
    # A line may break between two labels.
    host: SafeString
    relative_host: SafeString
    priority: int | None
    # Nothing is to be entered: a policy from above applies.
    inherited: bool
    seen: list[list[differences.Piece]]
    chain: list[ChainLink]
    # Look-ups that count; None where there is no limit.
    look_ups: int | None


def row_of(record: DnsRecord, zone: str) -> RecordRow:
    """Return a record as the page shows it."""
    kind = DnsRecord.Kind(record.kind)
    priority = MX_PRIORITY if kind == DnsRecord.Kind.MX else None
    expected = f"{priority} {record.expected}" if priority else record.expected
    marked = record.state == DnsRecord.State.WRONG
    seen = [
        differences.pieces(expected, line) if marked else [differences.Piece(line, False)]
        for line in record.seen.splitlines()
    ]
    return RecordRow(
        record=record,
        state=DnsRecord.State(record.state),
        purpose=PURPOSES[kind],
        reason=reasons.sentence(record),
        host=_breakable(record.host),
        relative_host=_breakable(relative(record.host, zone)),
        priority=priority,
        inherited=is_inherited(record),
        seen=seen,
        chain=[
            ChainLink(step["level"], step["term"], step["number"], reasons.OUTCOMES[step["outcome"]], step["found"])
            for step in record.steps
        ],
        look_ups=max((step["number"] for step in record.steps), default=0) if kind == DnsRecord.Kind.SPF else None,
    )


def is_inherited(record: DnsRecord) -> bool:
    """Say whether the record is not to be entered, since a policy from above applies."""
    return record.reason.startswith("dmarc_inherited")


def may_be_pasted(record: DnsRecord) -> bool:
    """Say whether the record can be entered as it stands, without reading what the page says of it."""
    return not is_inherited(record) and record.reason.partition(" ")[0] not in _TO_BE_WEIGHED


def _breakable(host: str) -> SafeString:
    return format_html_join(mark_safe(".<wbr>"), "{}", ((label,) for label in host.split(".")))
