"""What the simulator's DNS zone answers, and its server.

A sender domain has exactly the records that were published for it. Every other name is somebody's mail domain, and
its mail goes to the simulator.
"""

from __future__ import annotations

import asyncio

from django.conf import settings

from domains.dns_answers import DnsAnswer, DnsStatus
from domains.models import SenderDomain
from sending.database_thread import DatabaseThread
from sending.models import SimulatedRecord
from sending.simulator.dns_server import DnsServer

# The mail server of every recipient domain; not the one sender domains need, or they would pass unpublished.
INBOX_HOST = "inbox.simulator.test"


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


def _of_a_sender(name: str) -> bool:
    labels = name.split(".")
    return SenderDomain.objects.filter(name__in=[".".join(labels[at:]) for at in range(len(labels))]).exists()


def _recipient_domain(name: str, type: str) -> DnsAnswer:
    if name == INBOX_HOST and type == "A":
        return DnsAnswer(DnsStatus.FOUND, (settings.SIMULATOR_HOST,))
    if type == "MX" and name != INBOX_HOST:
        return DnsAnswer(DnsStatus.FOUND, (f"10 {INBOX_HOST}",))
    return DnsAnswer(DnsStatus.NO_DATA)
