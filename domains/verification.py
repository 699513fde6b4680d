"""Verification: look a sender domain's records up in DNS, store what was seen, and move its state."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.caller import Caller, service
from accounts.database_faults import is_fault_of_row
from accounts.errors import Refused
from domains import judging, queries, records, states
from domains import resolver as dns_resolver
from domains.models import SenderDomain
from domains.records import ExpectedRecord, RecordVerdict
from domains.resolver import Resolver

logger = logging.getLogger(__name__)

# What one run of the periodic check takes at most, in domains and in seconds; the rest are due at the next.
DUE_AT_ONCE = 500
RUN_SECONDS = 300
# Seconds for the look-ups of one record, however many names it leads to: the time RFC 7208 4.6.4 has receivers wait.
RECORD_SECONDS = 20


@dataclass(frozen=True)
class CheckedRecord:
    """One record with what was found."""

    expected: ExpectedRecord
    verdict: RecordVerdict


def expected_records(domain: SenderDomain) -> tuple[ExpectedRecord, ExpectedRecord, ExpectedRecord, ExpectedRecord]:
    """Return the records the domain needs under the present settings and its present key."""
    return records.expected_for(
        domain.name,
        mx_host=settings.MX_HOST,
        spf_include=settings.SPF_INCLUDE,
        selector=domain.dkim_selector,
        public_key=domain.dkim_public_key,
    )


def verify(caller: Caller, *, domain: SenderDomain, resolver: Resolver | None = None) -> SenderDomain:
    """Look the records up in DNS now, outside of any transaction; store what was seen and move the state.

    A record DNS gave no answer for leaves a verified domain verified; in every other state it does not pass.
    """
    caller.require("domains.edit")
    port = resolver or dns_resolver.from_settings()
    checked = [
        CheckedRecord(expected, judging.judge(expected, dns_resolver.within(port.look_up, RECORD_SECONDS)))
        for expected in expected_records(domain)
    ]
    now = timezone.now()
    with transaction.atomic():
        fresh = locked(domain)
        if fresh.dkim_public_key != domain.dkim_public_key:
            raise Refused("OperationDenied", _("The domain was changed during the check. Verify it again."))
        _store(fresh, checked, now)
        old, new = fresh.state, states.next_state(fresh, [record.verdict.state for record in checked], now)
        states.move(fresh, new, now)
        if caller.channel != "task" or new != old:
            found = {record.expected.kind: record.verdict.state for record in checked}
            audit.log(caller, "domains.verify", fresh.name, before=old, after=new, records=found)
    return fresh


def recheck_due(resolver: Resolver | None = None, *, seconds: float = RUN_SECONDS) -> int:
    """Verify every domain whose next check has come, as the service itself, for `seconds`; return how many."""
    port = resolver or dns_resolver.from_settings()
    until = time.monotonic() + seconds
    checked = 0
    for domain in list(queries.due_for_check(timezone.now()).select_related("account")[:DUE_AT_ONCE]):
        if checked and time.monotonic() > until:
            break
        checked += 1
        try:
            verify(service(domain.account), domain=domain, resolver=port)
        except Refused:
            # It was changed or deleted during the check; the next run checks it again.
            continue
        except Error as error:
            if not is_fault_of_row(error):
                raise
            logger.exception("%s could not be checked", domain.name)
        except Exception:
            # A fault about one domain leaves the others their checks.
            logger.exception("%s could not be checked", domain.name)
    return checked


def locked(domain: SenderDomain) -> SenderDomain:
    """Return the row as it is now, locked; an address on it cannot be made meanwhile."""
    fresh = SenderDomain.objects.select_for_update(no_key=True).filter(pk=domain.pk).first()
    if fresh is None:
        raise Refused(
            "InvalidParameterValue.NotExistDomain",
            _("%(domain)s has been deleted in the meantime.") % {"domain": domain.name},
        )
    return fresh


def _store(domain: SenderDomain, checked: list[CheckedRecord], now: datetime) -> None:
    for record in checked:
        expected, verdict = record.expected, record.verdict
        values = {
            "account_id": domain.account_id,
            "type": expected.type,
            "host": expected.host,
            "seen": verdict.seen,
            "state": verdict.state,
            "reason": verdict.reason,
            "steps": [asdict(step) for step in verdict.steps],
            "checked_at": now,
        }
        # Where DNS did not answer, what to enter stays what it was.
        defaults = values | {"expected": verdict.value} if verdict.value else values
        domain.records.update_or_create(
            kind=expected.kind, defaults=defaults, create_defaults={"expected": expected.value} | defaults
        )
