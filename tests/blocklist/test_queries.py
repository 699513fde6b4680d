"""blocklist.queries: who is blocked among a batch, and all there is to say about one address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from blocklist.models import BlockedAddress, Exemption
from blocklist.queries import Found, Wanted, blocked_among
from tests import factories

pytestmark = pytest.mark.django_db


def want(account, address="ann@example.com", domain="mail.test"):
    return Wanted(account.pk, domain, address)


def test_nothing_asked_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert blocked_among([]) == {}


def test_a_dead_address_is_blocked_for_every_account():
    one, other = factories.account(), factories.account()
    factories.block(one, reason="550 5.1.1 no such user")
    found = Found("invalid", "bounced", "550 5.1.1 no such user")
    assert blocked_among([want(one), want(other)]) == {want(one): found, want(other): found}


def test_a_whitelisted_address_is_free_for_that_account_alone():
    one, other = factories.account(), factories.account()
    factories.block(one)
    Exemption.objects.create(account=other, address="ann@example.com")
    assert set(blocked_among([want(one), want(other)])) == {want(one)}


def test_a_reject_binds_its_account_and_sender_domain_alone():
    one, other = factories.account(), factories.account()
    factories.block(one, kind="reject", cause="unsubscribed", sender_domain="mail.test")
    asked = [want(one), want(one, domain="news.test"), want(other)]
    assert set(blocked_among(asked)) == {want(one)}


def test_a_custom_block_binds_its_account_alone_and_no_whitelist_lifts_it():
    one, other = factories.account(), factories.account()
    factories.block(one, kind="custom", cause="entered")
    Exemption.objects.create(account=one, address="ann@example.com")
    assert set(blocked_among([want(one), want(other)])) == {want(one)}


@pytest.mark.parametrize("kind", ["invalid", "custom"])
def test_a_block_that_is_over_binds_nobody(kind):
    one = factories.account()
    row = factories.block(one, kind=kind, expires_at=timezone.now() - timedelta(seconds=1))
    assert blocked_among([want(one)]) == {}
    BlockedAddress.objects.filter(pk=row.pk).update(expires_at=timezone.now() + timedelta(hours=1))
    assert set(blocked_among([want(one)])) == {want(one)}


def test_of_several_blocks_the_persons_own_word_counts():
    one = factories.account()
    factories.block(one)
    factories.block(one, kind="custom", cause="entered")
    assert blocked_among([want(one)])[want(one)].kind == "custom"
    factories.block(one, kind="reject", cause="complained", sender_domain="mail.test")
    assert blocked_among([want(one)])[want(one)].cause == "complained"


def test_a_batch_is_one_query(django_assert_num_queries):
    one = factories.account()
    for n in range(0, 50, 5):
        factories.block(one, address=f"user{n}@example.com")
    asked = [want(one, f"user{n}@example.com") for n in range(50)]
    with django_assert_num_queries(1):
        assert len(blocked_among(asked)) == 10
