"""The simulator's DNS zone: what is published in it, and its server.

A sender domain has exactly the records that were published for it. Every other name is somebody's mail domain, and
its mail goes to the simulator.
"""

from __future__ import annotations

import asyncio

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from domains.models import DnsRecord, SenderDomain
from domains.records import MX_PRIORITY
from domains.resolver import DnsAnswer, DnsStatus
from sending.database_thread import DatabaseThread
from sending.models import SimulatedRecord
from sending.simulator.dns_server import DnsServer

# The mail server of every recipient domain; not the one sender domains need, or they would pass unpublished.
INBOX_HOST = "inbox.simulator.test"


def publish(domain: SenderDomain) -> None:
    """Put the domain's expected records into the zone, and the platform's own that they refer to."""
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


def unpublish(domain: SenderDomain) -> None:
    """Take the domain's records out of the zone."""
    with transaction.atomic():
        _remove(domain)


def look_up(name: str, type: str) -> DnsAnswer:
    """Return what the zone says of `name`, read afresh."""
    name = name.removesuffix(".").lower()
    here = list(SimulatedRecord.objects.filter(name=name).order_by("pk").values_list("type", "value"))
    values = tuple(dict.fromkeys(value for held, value in here if held == type))
    if values:
        return DnsAnswer(DnsStatus.FOUND, values)
    # A name exists when it has records of another type, or names below it have some.
    if here or SimulatedRecord.objects.filter(name__endswith=f".{name}").exists():
        return DnsAnswer(DnsStatus.NO_DATA)
    return DnsAnswer(DnsStatus.NO_NAME) if _of_a_sender(name) else _recipient_domain(name, type)


class TableResolver:
    """Answers from the zone's table without a server."""

    def look_up(self, name: str, type: str) -> DnsAnswer:
        """Return what the zone says, in the words of a resolver."""
        answer = look_up(name, type)
        if type != "MX":
            return answer
        return DnsAnswer(answer.status, tuple(f"{value.removesuffix('.')}." for value in answer.values))


async def start(host: str, port: int) -> DnsServer:
    """Start the zone's server on UDP and TCP (port 0: any free one) and return it; end it by `close`."""
    thread = DatabaseThread("zone")

    async def ask(name: str, type: str) -> DnsAnswer:
        return await thread.run(look_up, name, type)

    return await DnsServer(ask, on_close=thread.close).start(host, port)


async def serve(host: str, port: int) -> None:
    """Run the zone's server until cancelled."""
    server = await start(host, port)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()


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


def _of_a_sender(name: str) -> bool:
    labels = name.split(".")
    return SenderDomain.objects.filter(name__in=[".".join(labels[at:]) for at in range(len(labels))]).exists()


def _recipient_domain(name: str, type: str) -> DnsAnswer:
    if name == INBOX_HOST and type == "A":
        return DnsAnswer(DnsStatus.FOUND, (settings.SIMULATOR_HOST,))
    if type == "MX" and name != INBOX_HOST:
        return DnsAnswer(DnsStatus.FOUND, (f"10 {INBOX_HOST}",))
    return DnsAnswer(DnsStatus.NO_DATA)
