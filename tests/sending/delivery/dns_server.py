"""A small DNS server on loopback that answers from a table, with every fault a real zone can have."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

# Name -> type -> values; a name that is missing does not exist.
Zone = dict[str, dict[str, list[str]]]


class Server(asyncio.DatagramProtocol):
    """Answers over UDP; `faults` maps a name, or name and type, to what goes wrong.

    "servfail", "silent", "truncated", "nxdomain", "malformed" (the last record is cut), "empty" (a record of
    another type), or the bytes of a record's data.
    """

    def __init__(self, zone: Zone, faults: dict[str, str | bytes]) -> None:
        self.zone = zone
        self.faults = faults
        self.asked: Counter[tuple[str, str]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self.answer(data, tcp=False)
        if answer:
            self.transport.sendto(answer, addr)

    async def serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        answer = self.answer(await reader.readexactly(length), tcp=True)
        writer.write(len(answer).to_bytes(2, "big") + answer)
        await writer.drain()
        writer.close()

    def answer(self, data: bytes, *, tcp: bool) -> bytes:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        reply = dns.message.make_response(query, recursion_available=True)
        fault = self.faults.get(name) or self.faults.get(f"{name} {kind}")
        if fault == "silent":
            return b""
        if fault == "servfail":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif fault == "nxdomain":
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif fault == "truncated" and not tcp:
            reply.flags |= dns.flags.TC
        elif fault == "empty":
            reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", "DNAME", "x.test."))
        elif isinstance(fault, bytes):
            record = dns.rdata.GenericRdata(dns.rdataclass.IN, question.rdtype, fault)
            reply.answer.append(dns.rrset.from_rdata(question.name, 300, record))
        else:
            self._fill(reply, name, kind)
        return reply.to_wire(max_size=65_535)[: -3 if fault == "malformed" else None]

    def _fill(self, reply: dns.message.Message, name: str, kind: str) -> None:
        seen: set[str] = set()
        while kind != "CNAME" and name not in seen and (alias := self.zone.get(name, {}).get("CNAME")):
            seen.add(name)
            reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", "CNAME", *alias))
            name = alias[0].rstrip(".")
        if name not in self.zone:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif values := self.zone[name].get(kind):
            reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind, *values))


@asynccontextmanager
async def serve(zone: Zone, faults: dict[str, str | bytes] | None = None) -> AsyncIterator[tuple[Server, str]]:
    """Yield the server and its "address:port", reachable by UDP and TCP."""
    server = Server(zone, faults or {})
    tcp = await asyncio.start_server(server.serve_tcp, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: server, local_addr=("127.0.0.1", port)
    )
    try:
        yield server, f"127.0.0.1:{port}"
    finally:
        transport.close()
        tcp.close()
        await tcp.wait_closed()
