"""The acts on the simulator's DNS zone: publish a domain's records, and take them out."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from domains.models import DnsRecord, SenderDomain
from domains.records import MX_PRIORITY
from sending.models import SimulatedRecord


def publish(caller: Caller, *, domain: SenderDomain) -> None:
    """Fill the zone with the domain's records, and the platform's own that they refer to.

    Refused where checks ask real DNS.
    """
    _require(caller)
    with transaction.atomic():
        # One publisher of a domain at a time, so that no record stands twice.
        SenderDomain.objects.select_for_update(no_key=True).get(pk=domain.pk)
        _remove(domain)
        SimulatedRecord.objects.bulk_create(
            SimulatedRecord(name=record.host, type=record.type, value=_zone_value(record))
            for record in domain.records.order_by("pk")
        )
        for name, type_, value in _platform_records():
            SimulatedRecord.objects.filter(name=name, type=type_).exclude(value=value).delete()
            SimulatedRecord.objects.get_or_create(name=name, type=type_, value=value)
        audit.log(caller, "simulator.publish_zone", domain.name)


def unpublish(caller: Caller, *, domain: SenderDomain) -> None:
    """Take the domain's records out of the zone; Refused where checks ask real DNS."""
    _require(caller)
    with transaction.atomic():
        _remove(domain)
        audit.log(caller, "simulator.unpublish_zone", domain.name)


def _require(caller: Caller) -> None:
    caller.require("domains.edit")
    # The product itself fills it for the demo account, whose domain is nowhere else.
    if settings.RESOLVER != "simulator" and caller.channel != "task":
        message = gettext("Checks use real DNS here. Add the records at the DNS host of the domain.")
        raise Refused("OperationDenied", message)


def _remove(domain: SenderDomain) -> None:
    held = Q(name=domain.name) | Q(name__endswith=f".{domain.name}")
    # Sender domains below this one keep theirs.
    for name in SenderDomain.objects.filter(name__endswith=f".{domain.name}").values_list("name", flat=True):
        held &= ~(Q(name=name) | Q(name__endswith=f".{name}"))
    SimulatedRecord.objects.filter(held).delete()


def _zone_value(record: DnsRecord) -> str:
    if record.kind == DnsRecord.Kind.MX:
        return f"{MX_PRIORITY} {record.expected.removesuffix('.')}"
    return record.expected


def _platform_records() -> list[tuple[str, str, str]]:
    return [
        (settings.MX_HOST.lower(), "A", settings.SIMULATOR_HOST),
        (settings.SPF_INCLUDE.lower(), "TXT", f"v=spf1 ip4:{settings.SIMULATOR_HOST} -all"),
    ]
