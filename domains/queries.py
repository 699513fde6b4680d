"""What others read of domains and addresses."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.caller import Caller
from accounts.scoping import visible
from domains.models import SenderAddress, SenderDomain


def sender(account_id: int, address: str) -> SenderAddress | None:
    """Return the account's sender address in any letter case, its domain loaded; None when it has none."""
    return (
        SenderAddress.objects.alias(any_case=Lower("address"))
        .filter(account_id=account_id, any_case=address.strip().lower())
        .select_related("domain")
        .first()
    )


def domains(caller: Caller) -> QuerySet[SenderDomain]:
    """Return all of the caller's domains, by name, without their private keys."""
    return visible(SenderDomain.objects.defer("dkim_private_key"), caller).order_by("name")


def sending_domains(caller: Caller) -> QuerySet[SenderDomain]:
    """Return the caller's domains that may send now, by name."""
    return domains(caller).filter(state__in=(SenderDomain.State.VERIFIED, SenderDomain.State.FAILING))
