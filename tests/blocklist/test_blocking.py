"""blocklist.blocking: what receivers say blocks, and what the people of an account may do about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.errors import Forbidden
from accounts.mail.addresses import key_of
from accounts.models import AuditEntry
from blocklist import blocking
from blocklist.models import BlockedAddress, Exemption
from tests import factories
from tests.refusals import refused

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=30)


def invalid(account, address="ann@example.com", reason="550 5.1.1 unknown", message=7):
    return blocking.InvalidAddress(account_id=account.pk, address=key_of(address), reason=reason, message=message)


def reject(account, address="ann@example.com", cause="unsubscribed", domain="mail.test", message=7):
    return blocking.Reject(
        account_id=account.pk, sender_domain=domain, address=key_of(address), cause=cause, reason="", message=message
    )


class TestInvalidAddresses:
    def test_are_blocked_for_180_days_with_the_receivers_response(self):
        account = factories.account()
        blocking.block_invalid([invalid(account, "Ann@Example.com", "x" * 600)])
        row = BlockedAddress.objects.get()
        assert (row.address, row.kind, row.cause, row.message) == ("ann@example.com", "invalid", "bounced", 7)
        assert row.reason == "x" * 500
        assert abs(row.expires_at - timezone.now() - timedelta(days=180)) < timedelta(minutes=1)

    def test_cost_two_statements_however_many_they_are(self, django_assert_num_queries):
        account = factories.account()
        with django_assert_num_queries(2):
            blocking.block_invalid([invalid(account, f"user{n}@example.com") for n in range(300)])
        assert BlockedAddress.objects.count() == 300

    def test_named_twice_in_one_batch_are_blocked_once(self):
        account = factories.account()
        blocking.block_invalid([invalid(account, message=9), invalid(account, "ANN@example.com", message=8)])
        assert BlockedAddress.objects.get().message == 8

    def test_that_bounce_again_are_blocked_anew_and_stay_with_the_first_account(self):
        first, second = factories.account(), factories.account()
        blocking.block_invalid([invalid(first, message=1)])
        BlockedAddress.objects.update(expires_at=timezone.now() + timedelta(days=1))
        blocking.block_invalid([invalid(second, message=2)])
        row = BlockedAddress.objects.get()
        assert (row.account, row.message) == (first, 1)
        assert row.expires_at > timezone.now() + timedelta(days=179)

    def test_whose_block_is_over_belong_to_the_account_that_showed_it_anew(self):
        first, second = factories.account(), factories.account()
        blocking.block_invalid([invalid(first, message=1)])
        BlockedAddress.objects.update(expires_at=timezone.now() - timedelta(days=1))
        blocking.block_invalid([invalid(second, message=2)])
        row = BlockedAddress.objects.get()
        assert (row.account, row.message) == (second, 2)

    def test_end_the_whitelisting_by_the_account_they_bounced_for(self):
        owner, other, third = factories.account(), factories.account(), factories.account()
        blocking.block_invalid([invalid(owner)])
        for account in (other, third):
            blocking.whitelist(factories.caller(account), address="ann@example.com")
        blocking.block_invalid([invalid(other)])
        assert list(Exemption.objects.values_list("account", flat=True)) == [third.pk]


class TestRejects:
    def test_are_kept_once_with_the_first_cause_and_for_ever(self):
        account = factories.account()
        blocking.block_rejects([reject(account), reject(account, "Ann@example.com", message=9)])
        blocking.block_rejects([reject(account, cause="complained")])
        row = BlockedAddress.objects.get()
        assert (row.kind, row.cause, row.message, row.expires_at) == ("reject", "unsubscribed", 7, None)

    def test_of_several_accounts_and_domains_go_in_by_one_statement(self, django_assert_num_queries):
        first, second = factories.account(), factories.account()
        with django_assert_num_queries(1):
            blocking.block_rejects([reject(first), reject(first, domain="news.test"), reject(second)])
        assert BlockedAddress.objects.count() == 3

    def test_nothing_to_do_costs_no_query(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            blocking.block_rejects([])
            blocking.block_invalid([])


class TestRelease:
    def test_by_hand_is_for_the_account_whose_mail_bounced(self):
        owner, other = factories.account(), factories.account()
        row = factories.block(owner)
        with refused(match="Whitelist it"):
            blocking.remove(factories.caller(other), row=row)
        blocking.remove(factories.caller(owner), row=row)
        assert not BlockedAddress.objects.exists()
        assert AuditEntry.objects.get().details["cause"] == "bounced"

    def test_whitelisting_is_for_the_others_and_can_be_undone(self):
        owner, other = factories.account(), factories.account()
        factories.block(owner, expires_at=timezone.now() + timedelta(days=3))
        with refused(match="Remove it"):
            blocking.whitelist(factories.caller(owner), address="ann@example.com")
        caller = factories.caller(other)
        blocking.whitelist(caller, address="Ann@example.com", reason="she wrote to us")
        blocking.whitelist(caller, address="ann@example.com")
        assert Exemption.objects.get().reason == "she wrote to us"
        blocking.unwhitelist(caller, address="ann@example.com")
        assert not Exemption.objects.exists()
        with refused():
            blocking.unwhitelist(caller, address="ann@example.com")

    def test_whitelisting_needs_a_block_of_the_platform(self):
        with refused() as caught:
            blocking.whitelist(factories.caller(factories.account()), address="ann@example.com")
        assert caught.value.code == "ResourceNotFound"

    def test_needs_no_whitelisting_of_a_block_whose_time_is_over(self):
        owner, other = factories.account(), factories.account()
        factories.block(owner, expires_at=timezone.now() - timedelta(seconds=1))
        with refused("ResourceNotFound"):
            blocking.whitelist(factories.caller(other), address="ann@example.com")

    def test_of_many_goes_on_until_all_are_released(self, monkeypatch):
        monkeypatch.setattr(blocking, "RELEASE_CHUNK", 2)
        account, over = factories.account(), timezone.now() - timedelta(seconds=1)
        for number in range(5):
            factories.block(account, address=f"user{number}@example.com", expires_at=over)
        assert blocking.release_expired() == 5
        assert not BlockedAddress.objects.exists()

    def test_comes_by_itself_when_the_time_is_over(self, settings):
        account, now = factories.account(), timezone.now()
        factories.block(account, address="over@example.com", expires_at=now - timedelta(seconds=1))
        factories.block(account, address="held@example.com", expires_at=now + timedelta(days=1))
        factories.block(account, address="never@example.com", kind="custom", cause="entered")
        kept = now - timedelta(days=settings.RULES.retention_days - 1)
        factories.block(account, address="shown@example.com", kind="custom", cause="entered", expires_at=kept)
        gone = now - timedelta(days=settings.RULES.retention_days + 1)
        factories.block(account, address="gone@example.com", kind="custom", cause="entered", expires_at=gone)
        assert blocking.release_expired() == 2
        assert set(BlockedAddress.objects.values_list("address", flat=True)) == {
            "held@example.com",
            "never@example.com",
            "shown@example.com",
        }


@pytest.mark.parametrize(
    "act",
    [
        lambda caller, row: blocking.remove(caller, row=row),
        lambda caller, row: blocking.whitelist(caller, address=row.address),
        lambda caller, row: blocking.unwhitelist(caller, address=row.address),
    ],
)
def test_every_act_needs_the_right_to_edit(act):
    account = factories.account()
    row = factories.block(account, kind="custom", cause="entered")
    with pytest.raises(Forbidden):
        act(factories.caller(account, "analyst"), row)
