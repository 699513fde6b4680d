"""The buttons that put a domain's records into the simulator's zone and take them out."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account
from domains import sender_domains, verification
from domains.dns_answers import DnsAnswer, DnsStatus
from domains.models import SenderDomain
from sending.simulator import dns
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


def domain_of(account: Account) -> SenderDomain:
    option = SenderDomain.DkimOption.RSA_1024
    return sender_domains.create(factories.caller(account), name="mail.shop.test", dkim_option=option)


def said(response: object) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_publish_and_take_out(client: Client, account: Account) -> None:
    domain = domain_of(account)
    response = client.post(reverse("sending:publish_zone", args=[domain.pk]))
    assert response["Location"] == f"{reverse('domains:detail', args=[domain.pk])}?published=1"
    caller = factories.caller(account)
    assert verification.verify(caller, domain=domain, resolver=dns.TableResolver()).state == State.VERIFIED
    client.post(reverse("sending:unpublish_zone", args=[domain.pk]))
    assert dns.look_up(domain.name, "MX") == DnsAnswer(DnsStatus.NO_NAME)


def test_nothing_is_published_where_checks_ask_real_dns(client: Client, account: Account, settings: Settings) -> None:
    settings.RESOLVER = ""
    response = client.post(reverse("sending:publish_zone", args=[domain_of(account).pk]))
    assert "real DNS" in said(response)
