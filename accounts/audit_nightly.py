"""The nightly verification of the audit log, and what people see of it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit_anchor, notice_mails, notices
from accounts.audit_verification import AuditFault, Broken, Verification, verify
from accounts.models import Account, AuditVerification, Notice, NoticeMail

logger = logging.getLogger(__name__)

# A few minutes of reading; a longer log is read in several nights.
MAX_SEALS = 2_000_000
# A task seals each minute what waits.
MAX_WAIT = timedelta(hours=1)
SUBJECT = "audit log broken"
BROKEN = gettext_noop("Entries of the audit log were changed or removed. Tell the people who run this service.")


def verify_and_tell(limit: int = MAX_SEALS, *, now: datetime | None = None) -> int:
    """Verify the log, or its next part, keep what came of it and return how many entries were read.

    While the log is broken, every active account has an open notice: one chain holds the entries of all.
    """
    last = last_verification()
    start = 1 if last is None or last.complete or last.fault else last.last_seal + 1
    done = _verified(start, limit)
    fault = done.broken.fault if done.broken else ""
    last_seal = done.head.number if done.head else start - 1
    AuditVerification.objects.create(last_seal=last_seal, complete=done.complete, fault=fault)
    if done.broken:
        logger.error("The audit log is broken, run verify_audit: %s", done.broken.fault.label)
    else:
        logger.info("The audit log holds up to seal %s.", done.head)
    if done.waiting_since and (now or timezone.now()) - done.waiting_since > MAX_WAIT:
        logger.error("Entries of the audit log wait for their seal since %s: the chain is held up.", done.waiting_since)
    if done.broken or done.complete:
        _tell(broken=done.broken is not None)
    return done.checked


def last_verification() -> AuditVerification | None:
    """Return the last run, None before the first."""
    return AuditVerification.objects.order_by("-id").first()


def _verified(start: int, limit: int) -> Verification:
    try:
        anchor = audit_anchor.read(settings.AUDIT_ANCHOR)
    except ValueError:
        return Verification(0, None, broken=Broken(AuditFault.ANCHOR))
    return verify(start=start, limit=limit, anchor=anchor)


def _tell(*, broken: bool) -> None:
    for account in Account.objects.filter(status=Account.Status.ACTIVE).iterator():
        if not broken:
            notices.withdraw(account, subject=SUBJECT)
            continue
        notices.post(
            account,
            level=Notice.Level.DANGER,
            subject=SUBJECT,
            text=gettext_noop(
                "Entries of the audit log were changed or removed. Tell the people who run this service."
            ),
            link="/audit/",
            kind=NoticeMail.Kind.AUDIT,
            people=notice_mails.holders(account, "audit.view"),
        )
