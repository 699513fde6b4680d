"""Reads of sender domains and sender addresses."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest, Least, Lower

from accounts.caller import Caller
from accounts.mail.addresses import key_or_text
from accounts.scoping import visible
from domains.models import SenderAddress, SenderDomain


def sender(account_id: int, address: str) -> SenderAddress | None:
    """Return the account's sender address in any letter case, its domain loaded; None when it has none."""
    return (
        SenderAddress.objects.alias(any_case=Lower("address"))
        .filter(account_id=account_id, any_case=key_or_text(address).text)
        .select_related("domain")
        # Acceptance needs no key, and decrypting it costs time.
        .defer("domain__dkim_private_key", "domain__dkim_public_key")
        .first()
    )


def domains(caller: Caller) -> QuerySet[SenderDomain]:
    """Return all of the caller's domains, by name, without their private keys."""
    return visible(SenderDomain.objects.defer("dkim_private_key"), caller).order_by("name")


def sending_domains(caller: Caller) -> QuerySet[SenderDomain]:
    """Return the caller's domains that may send now, by name."""
    return domains(caller).filter(state__in=SenderDomain.SENDING)


def due_for_check(now: datetime) -> QuerySet[SenderDomain]:
    """Return the domains whose next check has come, longest unseen first.

    Waiting ones are due 10, 20, 40, … minutes after their creation and in the end daily, as the others are;
    failing ones every hour.
    """
    rules, state = settings.RULES, SenderDomain.State
    daily, soon = timedelta(seconds=rules.domain_check_seconds), timedelta(seconds=rules.domain_first_check_seconds)
    last = Coalesce("checked_at", "created_at")
    waited = ExpressionWrapper(
        F("last") + Least(Value(daily), Greatest(Value(soon), F("last") - F("created_at"))),
        output_field=DateTimeField(),
    )
    failing = timedelta(seconds=rules.domain_failing_check_seconds)
    return (
        SenderDomain.objects.alias(last=last)
        .alias(waiting_until=waited)
        .filter(
            Q(state=state.PENDING, waiting_until__lte=now)
            | Q(state=state.FAILING, last__lte=now - failing)
            | Q(state__in=[state.VERIFIED, state.FAILED], last__lte=now - daily)
        )
        .order_by("last")
    )
