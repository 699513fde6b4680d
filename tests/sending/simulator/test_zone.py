"""The acts on the simulator's zone: who may do them, and what stays of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from accounts.caller import Caller
from accounts.errors import Forbidden
from accounts.models import AuditEntry
from accounts.roles import Role
from domains import sender_domains
from domains.dns_answers import DnsStatus
from domains.models import SenderDomain
from sending.simulator import dns, zone
from tests import factories
from tests.refusals import refused

pytestmark = pytest.mark.django_db
Act = Callable[..., None]
both = pytest.mark.parametrize("act", [zone.publish, zone.unpublish])


def domain_of(caller: Caller) -> SenderDomain:
    return sender_domains.create(caller, name="mail.shop.test", dkim_option=SenderDomain.DkimOption.RSA_1024)


def test_what_is_published_is_found_until_it_is_taken_out() -> None:
    caller = factories.caller(factories.account())
    domain = domain_of(caller)
    zone.publish(caller, domain=domain)
    assert dns.look_up(domain.name, "MX").status is DnsStatus.FOUND
    zone.unpublish(caller, domain=domain)
    assert dns.look_up(domain.name, "MX").status is DnsStatus.NO_NAME
    acts = list(AuditEntry.objects.order_by("pk").values_list("act", "target"))[-2:]
    assert acts == [("simulator.publish_zone", domain.name), ("simulator.unpublish_zone", domain.name)]


@both
def test_an_analyst_changes_no_zone(act: Act) -> None:
    account = factories.account()
    domain = domain_of(factories.caller(account))
    with pytest.raises(Forbidden):
        act(factories.caller(account, Role.ANALYST), domain=domain)


@both
def test_where_checks_ask_real_dns_there_is_no_zone_to_change(act: Act, settings: Settings) -> None:
    caller = factories.caller(factories.account())
    domain = domain_of(caller)
    settings.RESOLVER = ""
    with refused(match="real DNS"):
        act(caller, domain=domain)
