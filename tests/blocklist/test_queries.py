"""blocklist.queries: who is blocked among a batch, and all there is to say about one address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.mail.addresses import key_of
from blocklist.models import BlockedAddress, Exemption
from blocklist.queries import BlockInForce, BlockQuery, blocked_among
from tests import factories

pytestmark = pytest.mark.django_db


def want(account, address="ann@example.com", domain="mail.test"):
    return BlockQuery(account.pk, domain, key_of(address))


def test_nothing_asked_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert blocked_among([]) == {}


def test_an_invalid_address_is_blocked_for_every_account():
    account, stranger = factories.account(), factories.account()
    factories.block(account, reason="550 5.1.1 no such user")
    found = BlockInForce("invalid", "bounced", "550 5.1.1 no such user")
    assert blocked_among([want(account), want(stranger)]) == {want(account): found, want(stranger): found}


def test_a_whitelisted_address_is_free_for_that_account_alone():
    account, stranger = factories.account(), factories.account()
    factories.block(account)
    Exemption.objects.create(account=stranger, address="ann@example.com")
    assert set(blocked_among([want(account), want(stranger)])) == {want(account)}


def test_a_reject_binds_its_account_and_sender_domain_alone():
    account, stranger = factories.account(), factories.account()
    factories.block(account, kind="reject", cause="unsubscribed", sender_domain="mail.test")
    asked = [want(account), want(account, domain="news.test"), want(stranger)]
    assert set(blocked_among(asked)) == {want(account)}


def test_a_custom_block_binds_its_account_alone_and_no_whitelist_lifts_it():
    account, stranger = factories.account(), factories.account()
    factories.block(account, kind="custom", cause="entered")
    Exemption.objects.create(account=account, address="ann@example.com")
    assert set(blocked_among([want(account), want(stranger)])) == {want(account)}


@pytest.mark.parametrize("kind", ["invalid", "custom"])
def test_a_block_that_is_over_binds_nobody(kind):
    account = factories.account()
    row = factories.block(account, kind=kind, expires_at=timezone.now() - timedelta(seconds=1))
    assert blocked_among([want(account)]) == {}
    BlockedAddress.objects.filter(pk=row.pk).update(expires_at=timezone.now() + timedelta(hours=1))
    assert set(blocked_among([want(account)])) == {want(account)}


def test_of_several_blocks_the_persons_own_rejection_counts():
    account = factories.account()
    factories.block(account)
    factories.block(account, kind="custom", cause="entered")
    assert blocked_among([want(account)])[want(account)].kind == "custom"
    factories.block(account, kind="reject", cause="complained", sender_domain="mail.test")
    assert blocked_among([want(account)])[want(account)].cause == "complained"


def test_a_batch_is_one_query(django_assert_num_queries):
    account = factories.account()
    for n in range(0, 50, 5):
        factories.block(account, address=f"user{n}@example.com")
    asked = [want(account, f"user{n}@example.com") for n in range(50)]
    with django_assert_num_queries(1):
        assert len(blocked_among(asked)) == 10
