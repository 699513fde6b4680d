"""Senders are found in any letter case, and only their own account's."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domains import queries
from domains.models import SenderAddress, SenderDomain
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_sender_is_found_in_any_letter_case_with_its_domain() -> None:
    address = factories.address(factories.domain(factories.account()))
    with CaptureQueriesContext(connection) as asked:
        found = queries.sender(address.account_id, f" {address.address.upper()} ")
        assert found == address
        assert found.domain.name == address.domain.name
    assert len(asked) == 1


def test_another_accounts_sender_is_not_found() -> None:
    address = factories.address(factories.domain(factories.account()))
    assert queries.sender(factories.account().pk, address.address) is None


def test_the_unique_index_serves_the_look_up() -> None:
    domain = factories.domain(factories.account())
    SenderAddress.objects.bulk_create(
        SenderAddress(account=domain.account, domain=domain, address=f"a{n}@{domain.name}") for n in range(500)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE domains_senderaddress")
        with CaptureQueriesContext(connection) as asked:
            queries.sender(domain.account_id, f"A7@{domain.name}")
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        assert "address_once" in "\n".join(row[0] for row in cursor.fetchall())


def test_sending_domains_are_the_callers_that_may_send() -> None:
    account = factories.account()
    factories.domain(account, name="b.test")
    factories.domain(account, name="a.test", state=SenderDomain.State.FAILING)
    factories.domain(account, name="c.test", state=SenderDomain.State.PENDING)
    factories.domain(factories.account(), name="d.test")
    assert [domain.name for domain in queries.sending_domains(factories.caller(account))] == ["a.test", "b.test"]
