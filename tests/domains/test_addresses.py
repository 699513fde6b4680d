"""Sender addresses exist on verified domains of the account, once, within limits, with names that fit a header."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.errors import Forbidden
from accounts.models import AuditEntry
from accounts.roles import Role
from domains import addresses
from domains.models import SenderAddress, SenderDomain
from tests import factories
from tests.refusals import refused
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db
State = SenderDomain.State


@pytest.mark.parametrize("state", [State.VERIFIED, State.FAILING])
def test_an_address_is_made_on_a_domain_that_sends(state: str) -> None:
    domain = factories.domain(factories.account(), name="mail.shop.test", state=state)
    caller = factories.caller(domain.account)
    made = addresses.create(caller, address=" News@MAIL.Shop.test ", name="The shop ")
    made.refresh_from_db()
    assert (made.address, made.name, made.domain, made.account) == (
        "News@mail.shop.test", "The shop", domain, domain.account,
    )  # fmt: skip
    assert AuditEntry.objects.get(act="addresses.create").target == "News@mail.shop.test"


@pytest.mark.parametrize("state", [State.PENDING, State.FAILED])
def test_a_domain_that_cannot_send_gets_no_address(state: str) -> None:
    domain = factories.domain(factories.account(), state=state)
    check_refused("OperationDenied.DomainNotVerified", domain, f"a@{domain.name}")


def test_another_accounts_domain_gets_none() -> None:
    domain = factories.domain(factories.account())
    with refused() as refusal:
        addresses.create(factories.caller(factories.account()), address=f"a@{domain.name}")
    assert refusal.value.code == "OperationDenied.DomainNotVerified"


@pytest.mark.parametrize("local", ["", "a b", "a@b", "a\nb", "ä", '"a"', "a" * 65, "a\x00", "a,b", "<a"])
def test_a_malformed_address_is_refused(local: str) -> None:
    domain = factories.domain(factories.account())
    check_refused("InvalidParameterValue.IllegalEmailAddress", domain, f"{local}@{domain.name}")


def test_an_address_of_no_domain_is_refused() -> None:
    domain = factories.domain(factories.account())
    check_refused("InvalidParameterValue.IllegalEmailAddress", domain, "news")
    check_refused("InvalidParameterValue.IllegalEmailAddress", domain, "news@localhost")


@pytest.mark.parametrize(
    "name",
    [
        "a:b",
        "a\r\nBcc: x@y.test",
        "a\x00",
        "a\x85b",
        "a\u2028b",
        "a\u2029b",
        "x" * 101,
        "a<b",
        'say "hi"',
        "a\\b",
        "\x7f",
        "Bank\u202egro.elpmaxe",
        "\u2067Bank",
    ],
)
def test_a_name_that_does_not_fit_a_header_is_refused(name: str) -> None:
    domain = factories.domain(factories.account())
    check_refused("InvalidParameterValue.IllegalSenderName", domain, f"a@{domain.name}", name)


def test_an_address_exists_once_in_any_letter_case() -> None:
    domain = factories.domain(factories.account())
    factories.address(domain, address=f"News@{domain.name}")
    check_refused("InvalidParameterValue.RepeatEmailAddress", domain, f"nEWS@{domain.name}")


def test_a_domain_has_so_many_addresses_and_no_more(rules: Callable[..., None]) -> None:
    rules(addresses_per_domain=1)
    domain = factories.domain(factories.account())
    factories.address(domain)
    check_refused("OperationDenied.ExceedSenderLimit", domain, f"more@{domain.name}")


@pytest.mark.django_db(transaction=True)
def test_the_limit_of_addresses_holds_for_two_at_once(rules: Callable[..., None]) -> None:
    rules(addresses_per_domain=1)
    domain = factories.domain(factories.account())
    caller = factories.caller(domain.account)
    error = side_by_side(
        lambda: addresses.create(caller, address=f"a@{domain.name}"),
        lambda: addresses.create(caller, address=f"b@{domain.name}"),
    )
    assert getattr(error, "code", "") == "OperationDenied.ExceedSenderLimit"
    assert SenderAddress.objects.count() == 1


def test_a_deleted_address_can_be_made_again() -> None:
    domain = factories.domain(factories.account())
    caller = factories.caller(domain.account)
    made = addresses.create(caller, address=f"a@{domain.name}")
    addresses.delete(caller, address=made)
    assert not SenderAddress.objects.exists()
    assert AuditEntry.objects.filter(act="addresses.delete", target=f"a@{domain.name}").exists()
    addresses.create(caller, address=f"a@{domain.name}")


def test_who_may_only_look_can_neither_create_nor_delete() -> None:
    address = factories.address(factories.domain(factories.account()))
    analyst = factories.caller(address.account, Role.ANALYST)
    with pytest.raises(Forbidden):
        addresses.create(analyst, address=f"b@{address.domain.name}")
    with pytest.raises(Forbidden):
        addresses.delete(analyst, address=address)


def check_refused(code: str, domain: SenderDomain, address: str, name: str = "") -> None:
    caller = factories.caller(domain.account)
    with refused(code) as refusal:
        addresses.create(caller, address=address, name=name)
    assert refusal.value.field in {"address", "name"}
