"""A sender domain is created, given another key and deleted by its rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import connection

from accounts.errors import Forbidden
from accounts.models import AuditEntry
from accounts.roles import Role
from domains import sender_domains, verification
from domains.models import DnsRecord, SenderDomain
from tests import factories
from tests.domains.fakes import FakeResolver, right
from tests.refusals import refused

pytestmark = pytest.mark.django_db
State = SenderDomain.State
OPTION = SenderDomain.DkimOption


def create(name: str = "mail.shop.test") -> SenderDomain:
    return sender_domains.create(factories.caller(factories.account()), name=name, dkim_option=OPTION.RSA_1024)


def verify(domain: SenderDomain, resolver: FakeResolver) -> SenderDomain:
    return verification.verify(factories.caller(domain.account), domain=domain, resolver=resolver)


class TestCreate:
    def test_a_new_domain_waits_with_four_records_and_a_key(self) -> None:
        caller = factories.caller(factories.account())
        domain = sender_domains.create(caller, name=" Mail.Shop.TEST. ")
        domain.refresh_from_db()
        assert (domain.name, domain.state, domain.reputation_level) == ("mail.shop.test", State.PENDING, 1)
        assert not domain.may_send
        assert load_pem_private_key(domain.dkim_private_key.encode(), None).key_size == 2048
        rows = list(domain.records.order_by("pk"))
        assert [row.kind for row in rows] == ["mx", "spf", "dkim", "dmarc"]
        assert {row.state for row in rows} == {"unchecked"}
        assert {row.account_id for row in rows} == {caller.account.pk}
        assert rows[2].expected == f"v=DKIM1; k=rsa; p={domain.dkim_public_key}"
        assert AuditEntry.objects.get(account=caller.account).act == "domains.create"

    def test_the_smaller_key_is_made_when_asked_for(self) -> None:
        assert load_pem_private_key(create().dkim_private_key.encode(), None).key_size == 1024

    def test_the_key_lies_encrypted_in_the_database(self) -> None:
        domain = create()
        with connection.cursor() as cursor:
            cursor.execute("SELECT dkim_private_key FROM domains_senderdomain WHERE id = %s", [domain.pk])
            assert "PRIVATE" not in cursor.fetchone()[0]

    def test_who_may_only_look_cannot_create(self) -> None:
        with pytest.raises(Forbidden):
            sender_domains.create(factories.caller(factories.account(), Role.ANALYST), name="a.test")

    @pytest.mark.parametrize(
        "name", ["localhost", "a_b.test", "https://a.test", "192.0.2.1", ".".join(["abcdef"] * 36)]
    )
    def test_what_is_no_domain_is_refused(self, name: str) -> None:
        with refused() as refusal:
            sender_domains.create(factories.caller(factories.account()), name=name)
        assert refusal.value.code == "InvalidParameterValue.InvalidEmailIdentity"
        assert refusal.value.field == "name"

    def test_a_domain_is_added_once(self) -> None:
        caller = factories.caller(factories.account())
        sender_domains.create(caller, name="a.test", dkim_option=OPTION.RSA_1024)
        with refused() as refusal:
            sender_domains.create(caller, name="A.test")
        assert refusal.value.code == "InvalidParameterValue.RepeatCreation"

    def test_another_accounts_domain_is_refused(self) -> None:
        factories.domain(factories.account(), name="a.test")
        with refused() as refusal:
            sender_domains.create(factories.caller(factories.account()), name="a.test")
        assert refusal.value.code == "InvalidParameterValue.CreatedByOther"

    def test_an_account_has_so_many_domains_and_no_more(self, rules: Callable[..., None]) -> None:
        rules(domains_per_account=2)
        account = factories.account()
        factories.domain(account)
        factories.domain(factories.account())
        caller = factories.caller(account)
        sender_domains.create(caller, name="a.test", dkim_option=OPTION.RSA_1024)
        with refused() as refusal:
            sender_domains.create(caller, name="b.test")
        assert refusal.value.code == "OperationDenied.ExceedDomainLimit"

    def test_an_unknown_key_size_is_refused(self) -> None:
        with refused() as refusal:
            sender_domains.create(factories.caller(factories.account()), name="a.test", dkim_option=2)
        assert refusal.value.field == "dkim_option"


class TestDkimOption:
    def test_a_waiting_domain_gets_a_new_key_and_record(self) -> None:
        domain = create()
        verify(domain, FakeResolver())
        old = domain.dkim_public_key
        domain = sender_domains.set_dkim_option(
            factories.caller(domain.account), domain=domain, dkim_option=OPTION.RSA_2048
        )
        assert domain.dkim_public_key != old
        row = domain.records.get(kind="dkim")
        assert domain.dkim_public_key in row.expected
        assert (row.state, row.seen, row.checked_at) == (DnsRecord.State.UNCHECKED, "", None)
        assert domain.records.get(kind="mx").state == DnsRecord.State.MISSING

    def test_the_same_option_keeps_the_key(self) -> None:
        domain = create()
        same = sender_domains.set_dkim_option(
            factories.caller(domain.account), domain=domain, dkim_option=OPTION.RSA_1024
        )
        assert same.dkim_public_key == domain.dkim_public_key

    def test_a_domain_that_sends_keeps_its_key(self) -> None:
        domain = create()
        domain = verify(domain, right(domain))
        with refused() as refusal:
            sender_domains.set_dkim_option(factories.caller(domain.account), domain=domain, dkim_option=OPTION.RSA_2048)
        assert refusal.value.code == "FailedOperation.DKIMNotApplied"


class TestDelete:
    def test_a_waiting_domain_goes_with_its_records(self) -> None:
        domain = create()
        sender_domains.delete(factories.caller(domain.account), domain=domain)
        assert not SenderDomain.objects.exists()
        assert not DnsRecord.objects.exists()

    def test_a_domain_with_addresses_stays(self) -> None:
        domain = factories.domain(factories.account(), state=State.FAILED)
        factories.address(domain)
        with refused() as refusal:
            sender_domains.delete(factories.caller(domain.account), domain=domain)
        assert refusal.value.code == "OperationDenied.SenderWithDomainIsNotEmpty"

    @pytest.mark.parametrize("state", [State.VERIFIED, State.FAILING])
    def test_a_domain_that_sends_stays(self, state: str) -> None:
        domain = factories.domain(factories.account(), state=state)
        with refused() as refusal:
            sender_domains.delete(factories.caller(domain.account), domain=domain)
        assert refusal.value.code == "OperationDenied.NotAllowDelete"
        assert SenderDomain.objects.filter(pk=domain.pk).exists()
