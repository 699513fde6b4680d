"""The server answers as the standards have it, and survives what is no question."""

from __future__ import annotations

import asyncio
import struct

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.dns_answers import DnsAnswer, DnsStatus
from sending.simulator.dns_server import MAX_EDNS, DnsServer, respond
from tests.waiting import WAIT_SECONDS

LONG = "x" * 2000
MEDIUM = "x" * 700


async def ask(name: str, type: str) -> DnsAnswer:
    if name == "fault.test":
        raise RuntimeError("the zone is away")
    known = {
        ("d.test", "MX"): DnsAnswer(DnsStatus.FOUND, ("5 mx.d.test",)),
        ("d.test", "A"): DnsAnswer(DnsStatus.FOUND, ("127.0.0.1",)),
        ("d.test", "TXT"): DnsAnswer(DnsStatus.FOUND, ("one", "two")),
        ("D.Test", "A"): DnsAnswer(DnsStatus.FOUND, ("127.0.0.1",)),
        ("long.test", "TXT"): DnsAnswer(DnsStatus.FOUND, (LONG,)),
        ("medium.test", "TXT"): DnsAnswer(DnsStatus.FOUND, (MEDIUM,)),
        ("data.test", "TXT"): DnsAnswer(DnsStatus.NO_DATA),
        ("away.test", "TXT"): DnsAnswer(DnsStatus.UNREACHABLE),
    }
    return known.get((name, type), DnsAnswer(DnsStatus.NO_NAME))


def answer(query: dns.message.Message, *, udp: bool = True) -> dns.message.Message:
    wire = asyncio.run(respond(query.to_wire(), ask, udp=udp))
    assert wire is not None
    found = dns.message.from_wire(wire)
    assert found.id == query.id
    assert found.flags & dns.flags.QR
    return found


def about(name: str, type: str, **more: object) -> dns.message.Message:
    return answer(dns.message.make_query(name, type, **more))


def test_records_come_with_authority_and_are_not_to_be_kept() -> None:
    found = about("d.test", "MX")
    assert found.flags & dns.flags.AA
    assert found.answer[0].to_text() == "d.test. 0 IN MX 5 mx.d.test."
    assert {str(text) for text in about("d.test", "TXT").answer[0]} == {'"one"', '"two"'}


def test_the_clients_spelling_of_the_name_comes_back() -> None:
    assert about("D.Test", "A").answer[0].name.to_text() == "D.Test."


def test_no_name_and_no_data_differ_and_carry_the_start_of_authority() -> None:
    for name, rcode in (("none.test", dns.rcode.NXDOMAIN), ("data.test", dns.rcode.NOERROR)):
        found = about(name, "TXT")
        assert (found.rcode(), found.answer) == (rcode, [])
        assert found.authority[0].rdtype == dns.rdatatype.SOA


@pytest.mark.parametrize("name", ["away.test", "fault.test"])
def test_a_zone_that_cannot_be_read_is_a_passing_fault(name: str) -> None:
    assert about(name, "TXT").rcode() == dns.rcode.SERVFAIL


def test_long_texts_are_cut_into_strings() -> None:
    found = answer(dns.message.make_query("long.test", "TXT"), udp=False)
    strings = found.answer[0][0].strings
    assert [len(string) for string in strings] == [255] * 7 + [215]


@pytest.mark.parametrize(
    ("name", "edns", "cut"),
    [("medium.test", False, True), ("medium.test", True, False), ("long.test", True, True), ("d.test", False, False)],
)
def test_what_does_not_fit_a_datagram_is_marked_cut(name: str, edns: bool, cut: bool) -> None:
    query = dns.message.make_query(name, "TXT", use_edns=0 if edns else False, payload=4096)
    wire = asyncio.run(respond(query.to_wire(), ask, udp=True))
    assert len(wire) <= (MAX_EDNS if edns else 512)
    found = dns.message.from_wire(wire)
    assert bool(found.flags & dns.flags.TC) is cut
    assert bool(found.answer) is not cut


def test_other_classes_and_kinds_of_query_are_declined() -> None:
    assert about("d.test", "TXT", rdclass="CH").rcode() == dns.rcode.REFUSED
    notify = dns.message.make_query("d.test", "SOA")
    notify.set_opcode(dns.opcode.NOTIFY)
    assert answer(notify).rcode() == dns.rcode.NOTIMP
    empty = dns.message.Message()
    assert answer(empty).rcode() == dns.rcode.FORMERR


def test_an_answer_gets_no_answer() -> None:
    reply = dns.message.make_response(dns.message.make_query("d.test", "A"))
    assert asyncio.run(respond(reply.to_wire(), ask, udp=True)) is None


@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda end: b"\x12\x34\x01\x00\x00\x01\0\0\0\0\0\0" + end))
def test_whatever_bytes_come_the_answer_is_none_or_a_message(wire: bytes) -> None:
    found = asyncio.run(respond(wire, ask, udp=True))
    if found is not None:
        assert found[:2] == wire[:2]
        assert found[2] & 0x80


def test_one_port_serves_both_transports_and_a_connection_takes_many_questions() -> None:
    async def conversation() -> None:
        server = await DnsServer(ask).start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for name, rcode in (("d.test", dns.rcode.NOERROR), ("none.test", dns.rcode.NXDOMAIN)):
            query = dns.message.make_query(name, "A")
            wire = query.to_wire()
            # In two pieces: TCP keeps no borders.
            writer.write(struct.pack("!H", len(wire)) + wire[:5])
            await writer.drain()
            writer.write(wire[5:])
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            found = dns.message.from_wire(await reader.readexactly(length))
            assert (found.id, found.rcode()) == (query.id, rcode)
        loop = asyncio.get_running_loop()
        client = Client()
        transport, _ = await loop.create_datagram_endpoint(lambda: client, remote_addr=("127.0.0.1", server.port))
        transport.sendto(dns.message.make_query("d.test", "A").to_wire())
        wire = await asyncio.wait_for(client.received, WAIT_SECONDS)
        assert dns.message.from_wire(wire).answer
        transport.close()
        server.close()
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()

    asyncio.run(conversation())


class Client(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.received.set_result(data)
