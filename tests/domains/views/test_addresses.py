"""The pages of sender addresses, as a person walks them."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from domains.models import SenderAddress, SenderDomain
from tests import factories

pytestmark = pytest.mark.django_db
State = SenderDomain.State


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def client(account: Account) -> Client:
    client = Client()
    client.force_login(factories.user(account))
    return client


def said(response: object) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def html(response: object) -> str:
    return response.content.decode()


def test_without_a_verified_domain_the_way_there_is_shown(client: Client, account: Account) -> None:
    factories.domain(account, state=State.PENDING)
    page = html(client.get(reverse("domains:address_create")))
    assert "No verified sender domain" in page
    assert "<select" not in page


def test_only_verified_domains_of_the_account_are_offered(client: Client, account: Account) -> None:
    factories.domain(account, name="a.test")
    factories.domain(account, name="b.test", state=State.PENDING)
    factories.domain(factories.account(), name="c.test")
    page = html(client.get(reverse("domains:address_create")))
    assert "a.test" in page
    assert "b.test" not in page
    assert "c.test" not in page


def test_an_address_is_made_and_listed(client: Client, account: Account) -> None:
    domain = factories.domain(account)
    given = {"domain": domain.pk, "local": "notice", "name": "The shop"}
    response = client.post(reverse("domains:address_create"), given)
    assert response["Location"] == reverse("domains:addresses")
    page = html(client.get(response["Location"]))
    assert f"notice@{domain.name}" in page
    assert "The shop" in page


def test_a_refused_address_stands_at_the_prefix(client: Client, account: Account) -> None:
    domain = factories.domain(account)
    given = {"domain": domain.pk, "local": "no tice", "name": "The shop"}
    response = client.post(reverse("domains:address_create"), given)
    assert response.status_code == 422
    assert response.context["form"].errors["local"]
    assert 'value="The shop"' in html(response)


def test_another_accounts_domain_cannot_be_chosen(client: Client, account: Account) -> None:
    factories.domain(account)
    strange = factories.domain(factories.account())
    response = client.post(reverse("domains:address_create"), {"domain": strange.pk, "local": "a", "name": ""})
    assert response.status_code == 422
    assert not SenderAddress.objects.exists()


def test_the_list_is_narrowed_by_domain_and_text(client: Client, account: Account) -> None:
    first, second = factories.domain(account), factories.domain(account)
    factories.address(first, address=f"one@{first.name}")
    factories.address(second, address=f"two@{second.name}")
    page = html(client.get(reverse("domains:addresses"), {"domain": first.name}))
    assert f"one@{first.name}" in page
    assert f"two@{second.name}" not in page
    assert f"two@{second.name}" in html(client.get(reverse("domains:addresses"), {"q": "TWO"}))


def test_an_address_is_found_by_any_spelling_of_its_domain(client: Client, account: Account) -> None:
    factories.address(factories.domain(account, name="xn--bcher-kva.example"), address="News@xn--bcher-kva.example")
    for asked in ("news@Bücher.example", "BÜCHER.example", "@bücher.example", "XN--BCHER"):
        assert "News@xn--bcher-kva.example" in html(client.get(reverse("domains:addresses"), {"q": asked}))
        name = asked.rpartition("@")[2]
        assert "xn--bcher-kva.example" in html(client.get(reverse("domains:list"), {"q": name}))


def test_an_address_is_deleted(client: Client, account: Account) -> None:
    address = factories.address(factories.domain(account))
    response = client.post(reverse("domains:address_delete", args=[address.pk]))
    assert f"{address.address} was deleted" in said(response)
    assert not SenderAddress.objects.exists()
