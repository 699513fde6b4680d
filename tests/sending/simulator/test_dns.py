"""A published domain verifies through the simulator's DNS; an unpublished one does not."""

from __future__ import annotations

import asyncio

import pytest
from django.db import connection

from domains import sender_domains, verification
from domains.dns_answers import DnsAnswer, DnsStatus
from domains.models import SenderDomain
from domains.resolver import DnspythonResolver
from sending.models import SimulatedRecord
from sending.simulator import dns, zone
from tests import factories

OPTION = SenderDomain.DkimOption


def create(name: str, option: int = OPTION.RSA_1024) -> SenderDomain:
    return sender_domains.create(factories.caller(factories.account()), name=name, dkim_option=option)


def publish(domain: SenderDomain) -> None:
    zone.publish(factories.service_caller(domain.account), domain=domain)


@pytest.mark.django_db
class TestZone:
    def test_published_records_verify_a_domain(self) -> None:
        domain = create("mail.shop.test")
        service = factories.service_caller(domain.account)
        before = verification.verify(service, domain=domain, resolver=dns.TableResolver())
        assert {record.state for record in before.records.all()} == {"missing"}
        publish(domain)
        after = verification.verify(service, domain=domain, resolver=dns.TableResolver())
        assert after.state == SenderDomain.State.VERIFIED

    def test_publishing_again_changes_nothing_and_follows_a_new_key(self) -> None:
        domain = create("mail.shop.test")
        publish(domain)
        count = SimulatedRecord.objects.count()
        domain = sender_domains.set_dkim_option(
            factories.caller(domain.account), domain=domain, dkim_option=OPTION.RSA_2048
        )
        publish(domain)
        assert SimulatedRecord.objects.count() == count
        answer = dns.look_up("ses._domainkey.mail.shop.test", "TXT")
        assert len(answer.values) == 1
        assert domain.dkim_public_key in answer.values[0]

    def test_taking_out_leaves_a_domain_below_in_place(self) -> None:
        upper, lower = create("shop.test"), create("mail.shop.test")
        publish(upper)
        publish(lower)
        zone.unpublish(factories.service_caller(upper.account), domain=upper)
        assert dns.look_up("shop.test", "MX").status is DnsStatus.NO_DATA
        assert dns.look_up("ses._domainkey.shop.test", "TXT").status is DnsStatus.NO_NAME
        assert dns.look_up("mail.shop.test", "MX").status is DnsStatus.FOUND

    def test_the_platforms_own_names_are_there(self) -> None:
        publish(create("mail.shop.test"))
        assert dns.look_up("mx.ses.test", "A") == DnsAnswer(DnsStatus.FOUND, ("127.0.0.1",))
        assert dns.look_up("spf.ses.test.", "TXT") == DnsAnswer(DnsStatus.FOUND, ("v=spf1 ip4:127.0.0.1 -all",))

    def test_a_name_with_names_below_exists_without_data(self) -> None:
        publish(create("mail.shop.test"))
        assert dns.look_up("_domainkey.mail.shop.test", "TXT").status is DnsStatus.NO_DATA
        assert dns.look_up("MAIL.shop.test", "A").status is DnsStatus.NO_DATA
        assert dns.look_up("other.mail.shop.test", "TXT").status is DnsStatus.NO_NAME

    def test_recipient_domains_lead_to_the_simulators_inbox(self) -> None:
        assert dns.look_up("gmail.com", "MX") == DnsAnswer(DnsStatus.FOUND, ("10 inbox.simulator.test",))
        assert dns.look_up("inbox.simulator.test", "A") == DnsAnswer(DnsStatus.FOUND, ("127.0.0.1",))
        assert dns.look_up("gmail.com", "TXT").status is DnsStatus.NO_DATA

    def test_an_unpublished_sender_domain_has_nothing_below_it_either(self) -> None:
        create("mail.shop.test")
        for name in ("mail.shop.test", "_dmarc.mail.shop.test", "mail.shop.test.mail.shop.test"):
            assert dns.look_up(name, "MX").status is DnsStatus.NO_NAME


@pytest.mark.django_db(transaction=True)
def test_the_server_answers_from_the_table_of_the_moment() -> None:
    domain = create("mail.shop.test", OPTION.RSA_2048)

    async def ask() -> list[DnsAnswer]:
        server = await dns.start("127.0.0.1", 0)
        try:
            resolver = DnspythonResolver([("127.0.0.1", server.port)])
            before = await asyncio.to_thread(resolver.look_up, "mail.shop.test", "MX")
            await asyncio.to_thread(_publish, domain)
            return [
                before,
                await asyncio.to_thread(resolver.look_up, "mail.shop.test", "MX"),
                await asyncio.to_thread(resolver.look_up, "ses._domainkey.mail.shop.test", "TXT"),
            ]
        finally:
            server.close()

    before, mx, dkim = asyncio.run(ask())
    assert before == DnsAnswer(DnsStatus.NO_NAME)
    assert mx == DnsAnswer(DnsStatus.FOUND, ("5 mx.ses.test.",))
    assert dkim == DnsAnswer(DnsStatus.FOUND, (f"v=DKIM1; k=rsa; p={domain.dkim_public_key}",))


def _publish(domain: SenderDomain) -> None:
    # Runs in a thread, with a connection of that thread.
    publish(domain)
    connection.close()
