"""A small authoritative DNS server on UDP and TCP (RFC 1035 4, RFC 2308 3, RFC 6891 6)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

from domains.dns_answers import DnsAnswer, DnsStatus

Ask = Callable[[str, str], Awaitable[DnsAnswer]]

# The zone is read for every question: answers must not be cached.
TTL = 0
MAX_STRING = 255
# RFC 1035: what UDP carries without EDNS. With it, what passes every network.
MAX_UDP, MAX_EDNS, MAX_TCP = 512, 1232, 65_535
IDLE_SECONDS = 10

logger = logging.getLogger(__name__)


class DnsServer:
    """Answers from `ask(name, type)`; names come absolute, without final dot, as the client spelled them."""

    def __init__(self, ask: Ask, *, on_close: Callable[[], None] = lambda: None) -> None:
        self._ask = ask
        self._on_close = on_close
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._clients: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def start(self, host: str, port: int) -> DnsServer:
        """Listen on one port number for both transports; raise OSError when it is taken."""
        self._tcp = await asyncio.start_server(self._serve_client, host, port)
        self.port = self._tcp.sockets[0].getsockname()[1]
        try:
            self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Datagrams(self._datagram), local_addr=(host, self.port)
            )
        except OSError:
            self._tcp.close()
            raise
        return self

    def close(self) -> None:
        """Stop listening, drop the open connections and release what `ask` holds."""
        if self._udp:
            self._udp.close()
        if self._tcp:
            self._tcp.close()
        for client in self._clients:
            client.close()
        for task in self._answering:
            task.cancel()
        self._on_close()

    def _datagram(self, wire: bytes, address: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._answer_datagram(wire, address))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer_datagram(self, wire: bytes, address: Any) -> None:
        answer = await respond(wire, self._ask, udp=True)
        if answer and self._udp and not self._udp.is_closing():
            self._udp.sendto(answer, address)

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        # A client that leaves or says nothing for long just ends its connection.
        with contextlib.suppress(asyncio.IncompleteReadError, TimeoutError, ConnectionError):
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    wire = await reader.readexactly(length)
                answer = await respond(wire, self._ask, udp=False)
                if answer is None:
                    break
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        self._clients.discard(writer)
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, received: Callable[[bytes, Any], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._received(data, addr)


async def respond(wire: bytes, ask: Ask, *, udp: bool) -> bytes | None:
    """Return the answer to one message; None for what is no question at all."""
    try:
        query = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError):
        return _malformed(wire)
    if query.flags & dns.flags.QR:
        # An answer to an answer could go to and fro for ever.
        return None
    response = dns.message.make_response(query, our_payload=MAX_EDNS)
    if query.opcode() != dns.opcode.QUERY:
        response.set_rcode(dns.rcode.NOTIMP)
    elif len(query.question) != 1:
        response.set_rcode(dns.rcode.FORMERR)
    elif query.question[0].rdclass != dns.rdataclass.IN:
        response.set_rcode(dns.rcode.REFUSED)
    else:
        await _fill(response, query.question[0], ask)
    return _fit(query, response, udp=udp)


async def _fill(response: dns.message.Message, question: dns.rrset.RRset, ask: Ask) -> None:
    response.flags |= dns.flags.AA
    kind = dns.rdatatype.to_text(question.rdtype)
    try:
        answer = await ask(question.name.to_text(omit_final_dot=True), kind)
    except Exception:
        # Whatever keeps the zone from being read, clients shall take for a passing fault.
        logger.exception("The zone could not be read")
        response.set_rcode(dns.rcode.SERVFAIL)
        return
    if answer.status is DnsStatus.UNREACHABLE:
        response.set_rcode(dns.rcode.SERVFAIL)
    elif answer.status is DnsStatus.FOUND:
        rdatas = [_rdata(kind, value) for value in answer.values]
        response.answer.append(dns.rrset.from_rdata_list(question.name, TTL, rdatas))
    else:
        if answer.status is DnsStatus.NO_NAME:
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(_soa(question.name))


def _rdata(kind: str, value: str) -> dns.rdata.Rdata:
    if kind == "TXT":
        raw = value.encode()
        strings = [raw[at : at + MAX_STRING] for at in range(0, len(raw), MAX_STRING)] or [b""]
        return TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)
    return dns.rdata.from_text("IN", kind, value, origin=dns.name.root, relativize=False)


def _soa(name: dns.name.Name) -> dns.rrset.RRset:
    """Return the start of authority that marks a negative answer as final (RFC 2308)."""
    zone = dns.name.Name(name.labels[-2:])
    return dns.rrset.from_text(
        zone, TTL, "IN", "SOA", f"ns.simulator.test. hostmaster.simulator.test. 1 3600 600 86400 {TTL}"
    )


def _fit(query: dns.message.Message, response: dns.message.Message, *, udp: bool) -> bytes:
    room = MAX_TCP
    if udp:
        room = min(max(query.payload, MAX_UDP), MAX_EDNS) if query.edns >= 0 else MAX_UDP
    try:
        return response.to_wire(max_size=room)
    except dns.exception.TooBig:
        cut = dns.message.make_response(query, our_payload=MAX_EDNS)
        cut.flags |= dns.flags.AA | dns.flags.TC
        return cut.to_wire(max_size=room)


def _malformed(wire: bytes) -> bytes | None:
    if len(wire) < 12 or wire[2] & 0x80:
        return None
    # The id, "answer", and FORMERR; nothing else of the message can be relied on.
    return wire[:2] + struct.pack("!HHHHH", 0x8000 | dns.rcode.FORMERR, 0, 0, 0, 0)
