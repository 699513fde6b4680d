"""What a torture run must show: what was promised outside, held against what arrived and what the database says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sending.models import DeliverStatus, EventKind
from stats.rollup import COUNTERS
from tests.sending.smtp.sink import ReceivedMail

Query = Callable[[str], list[tuple[Any, ...]]]
# Every recipient of the run, and nobody else, lives there.
DOMAIN = "torture.test"
_OURS = f"recipient LIKE '%@{DOMAIN}'"


@dataclass(frozen=True)
class Finding:
    """One line of the verdict: what was looked at, what was found, and whether it is as promised."""

    what: str
    found: str
    holds: bool


def mails(promised: dict[str, str], arrived: Sequence[ReceivedMail], *, allowed: int) -> list[Finding]:
    """Judge the promised mails (MessageId -> recipient) by what the receiver took; `allowed` copies are no fault."""
    copies: dict[str, list[bytes]] = defaultdict(list)
    for mail in arrived:
        copies[mail.recipient].append(mail.raw)
    lost = [to for to in promised.values() if to not in copies]
    more = sum(len(raws) - 1 for raws in copies.values())
    differing = [to for to, raws in copies.items() if len(set(raws)) > 1]
    return [
        Finding("mails promised and not delivered", _count(lost), not lost),
        Finding(f"copies, of {allowed} that the faults may cause", str(more), more <= allowed),
        Finding("copies that differ", _count(differing), not differing),
    ]


def rows(query: Query, promised: dict[str, str], *, bounced: set[str], complained: set[str]) -> list[Finding]:
    """Judge what the database says of the promised mails and of the reports that were taken."""
    stored = {message_id for (message_id,) in query("SELECT message_id FROM sending_message")}
    unknown = [message_id for message_id in promised if message_id not in stored]
    return [
        Finding("promised MessageIds that are unknown", _count(unknown), not unknown),
        *[
            _recorded(query, f"{word} taken and not recorded once", kind, reported)
            for word, kind, reported in (
                ("bounces", EventKind.BOUNCE, bounced),
                ("complaints", EventKind.SPAMREPORT, complained),
            )
        ],
        _nothing("reports not read", query("SELECT id FROM sending_inboundreport WHERE state = 'waiting'")),
        _nothing(
            "reports set aside",
            query("SELECT id FROM sending_inboundreport WHERE state = 'aside'"),
        ),
        _nothing(
            "mails with more than one event of acceptance or delivery",
            query(
                f"SELECT message, kind FROM sending_event WHERE {_OURS} "
                f"AND kind IN ({EventKind.ACCEPTED}, {EventKind.DELIVERED}) GROUP BY 1, 2 HAVING count(*) > 1"
            ),
        ),
        _nothing(
            "mails whose status is not that of their events",
            query(
                # A bounce outranks a delivery, and a delivery what we thought of it before.
                f"SELECT m.id FROM sending_message AS m WHERE {_OURS} AND m.deliver_status <> (SELECT CASE "
                f"WHEN bool_or(e.kind = {EventKind.BOUNCE}) THEN {DeliverStatus.BOUNCED} "
                f"WHEN bool_or(e.kind = {EventKind.DELIVERED}) THEN {DeliverStatus.DELIVERED} "
                f"WHEN bool_or(e.kind = {EventKind.DROPPED}) THEN {DeliverStatus.DROPPED} "
                f"ELSE {DeliverStatus.QUEUED} END FROM sending_event AS e WHERE e.message = m.id)"
            ),
        ),
    ]


def statistics(query: Query) -> list[Finding]:
    """Judge the roll-ups: the sum of each counter, in each table, must be the number of its events."""
    events = query(f"SELECT {', '.join(f'count(*) FILTER (WHERE {c})' for c in COUNTERS.values())} FROM sending_event")
    wrong = []
    for table in ("minutevolume", "hourvolume", "dayvolume"):
        sums = query(f"SELECT {', '.join(f'coalesce(sum({name}), 0)::bigint' for name in COUNTERS)} FROM stats_{table}")
        wrong += [
            f"{table}.{name} {ours} of {real}"
            for name, ours, real in zip(COUNTERS, sums[0], events[0], strict=True)
            if ours != real
        ]
    return [Finding("figures that differ from the events", ", ".join(wrong) or "0", not wrong)]


def _recorded(query: Query, what: str, kind: EventKind, reported: set[str]) -> Finding:
    counted = dict(
        query(f"SELECT recipient, count(*) FROM sending_event WHERE {_OURS} AND kind = {kind.value} GROUP BY 1")
    )
    wrong = [to for to in sorted(reported) if counted.get(to, 0) != 1]
    return Finding(f"{what} ({len(reported)} taken)", _count(wrong), not wrong)


def _nothing(what: str, found: Sequence[tuple[Any, ...]]) -> Finding:
    return Finding(what, _count([str(row[0]) for row in found]), not found)


def _count(found: Sequence[str]) -> str:
    return f"{len(found)}: {', '.join(found[:3])}" if found else "0"
