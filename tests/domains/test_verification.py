"""Verification: what DNS says moves the state of a sender domain."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import Forbidden
from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from domains import sender_domains, verification
from domains.dns_answers import DnsAnswer, DnsStatus
from domains.models import SenderDomain
from tests import factories
from tests.domains.fakes import FakeResolver, right, silent
from tests.refusals import refused

pytestmark = pytest.mark.django_db
State = SenderDomain.State
OPTION = SenderDomain.DkimOption
HOUR = timedelta(hours=1)


def create(name: str = "mail.shop.test", **fields: object) -> SenderDomain:
    return sender_domains.create(factories.caller(factories.account()), name=name, dkim_option=OPTION.RSA_1024)


def verify(domain: SenderDomain, resolver: FakeResolver) -> SenderDomain:
    return verification.verify(factories.caller(domain.account), domain=domain, resolver=resolver)


def aged(domain: SenderDomain, **times: object) -> SenderDomain:
    SenderDomain.objects.filter(pk=domain.pk).update(**times)
    domain.refresh_from_db()
    return domain


class TestVerify:
    def test_four_right_records_make_a_domain_send(self) -> None:
        domain = create()
        domain = verify(domain, right(domain))
        assert domain.state == State.VERIFIED
        assert domain.may_send
        assert domain.verified_at == domain.checked_at
        rows = list(domain.records.all())
        assert {row.state for row in rows} == {"passed"}
        assert all(row.seen and not row.reason and row.checked_at == domain.checked_at for row in rows)
        domain.refresh_from_db()
        assert domain.state == State.VERIFIED

    @pytest.mark.parametrize("kind", ["mx", "spf", "dkim", "dmarc"])
    def test_three_right_records_are_not_enough(self, kind: str) -> None:
        domain = create()
        resolver = right(domain)
        missing = domain.records.get(kind=kind)
        del resolver.answers[missing.host, missing.type]
        domain = verify(domain, resolver)
        assert domain.state == State.PENDING
        assert domain.checked_at
        assert [row.kind for row in domain.records.exclude(state="passed")] == [kind]
        assert domain.records.get(kind=kind).reason

    def test_no_answer_verifies_nothing(self) -> None:
        domain = create()
        domain = verify(domain, silent(domain))
        assert domain.state == State.PENDING
        assert {row.state for row in domain.records.all()} == {"unreachable"}

    def test_what_to_enter_outlasts_a_silent_dns(self) -> None:
        domain = create()
        resolver = right(domain)
        resolver.answers[domain.name, "TXT"] = DnsAnswer(DnsStatus.FOUND, ("v=spf1 mx -all",))
        resolver.answers[domain.name, "MX"] = DnsAnswer(DnsStatus.FOUND, ("10 mx.own.test.",))
        resolver.answers["mx.own.test", "A"] = DnsAnswer(DnsStatus.FOUND, ("198.51.100.1",))
        domain = verify(domain, resolver)
        row = domain.records.get(kind="spf")
        assert (row.state, row.expected) == ("wrong", "v=spf1 mx include:spf.ses.test -all")
        assert [step["term"] for step in row.steps] == [domain.name, "mx"]
        domain = verify(domain, silent(domain))
        row = domain.records.get(kind="spf")
        assert (row.state, row.expected, row.seen) == ("unreachable", "v=spf1 mx include:spf.ses.test -all", "")

    def test_a_silent_dns_leaves_a_verified_domain_verified(self) -> None:
        domain = create()
        verify(domain, right(domain))
        domain = verify(domain, silent(domain))
        assert domain.state == State.VERIFIED
        assert not Notice.objects.exists()

    def test_lost_records_start_the_days_of_grace_and_a_notice(self) -> None:
        domain = create()
        verify(domain, right(domain))
        domain = verify(domain, FakeResolver())
        assert domain.state == State.FAILING
        assert domain.may_send
        assert domain.failing_since == domain.checked_at
        notice = Notice.objects.get(account=domain.account)
        assert (notice.level, notice.closed_at) == ("warning", None)
        assert domain.name in notice.sentence
        assert str(domain.pk) in notice.link

    def test_within_grace_a_failing_domain_keeps_sending(self) -> None:
        domain = create()
        verify(domain, right(domain))
        verify(domain, FakeResolver())
        began = timezone.now() - timedelta(seconds=settings.RULES.domain_grace_seconds) + HOUR
        domain = verify(aged(domain, failing_since=began), FakeResolver())
        assert (domain.state, domain.failing_since) == (State.FAILING, began)

    @pytest.mark.parametrize("dns", [lambda domain: FakeResolver(), silent])
    def test_after_grace_a_failing_domain_stops(self, dns: object) -> None:
        domain = create()
        verify(domain, right(domain))
        verify(domain, FakeResolver())
        began = timezone.now() - timedelta(seconds=settings.RULES.domain_grace_seconds)
        domain = verify(aged(domain, failing_since=began), dns(domain))
        assert domain.state == State.FAILED
        assert not domain.may_send
        notice = Notice.objects.get(account=domain.account, closed_at=None)
        assert notice.level == "danger"

    @pytest.mark.parametrize("state", [State.FAILING, State.FAILED])
    def test_records_that_come_back_heal_the_domain(self, state: str) -> None:
        domain = create()
        verify(domain, right(domain))
        verify(domain, FakeResolver())
        first = domain.verified_at
        domain = verify(aged(domain, state=state), right(domain))
        assert (domain.state, domain.failing_since) == (State.VERIFIED, None)
        assert first is None or domain.verified_at == first
        assert not Notice.objects.filter(closed_at=None).exists()

    def test_a_doubled_suffix_is_looked_for_and_reported(self) -> None:
        domain = create()
        dkim = domain.records.get(kind="dkim")
        doubled = f"{dkim.host}.shop.test"
        resolver = FakeResolver({(doubled, "TXT"): DnsAnswer(DnsStatus.FOUND, (dkim.expected,))})
        verify(domain, resolver)
        dkim.refresh_from_db()
        assert doubled in dkim.reason

    def test_right_records_are_asked_for_once(self) -> None:
        domain = create()
        resolver = right(domain)
        verify(domain, resolver)
        # The fifth is our own SPF record, which says what our servers are.
        assert len(resolver.asked) == len(set(resolver.asked)) == 5

    def test_records_follow_the_settings(self, settings: Settings) -> None:
        domain = create()
        settings.MX_HOST = "mx.new.test"
        verify(domain, right(domain))
        assert domain.records.get(kind="mx").expected == "mx.new.test."

    def test_a_key_changed_during_the_check_voids_it(self) -> None:
        domain = create()
        resolver = right(domain)
        resolver.meanwhile = lambda: aged(domain, dkim_public_key="new") and None
        stale = SenderDomain.objects.get(pk=domain.pk)
        with refused(match="changed during the check"):
            verify(stale, resolver)
        assert SenderDomain.objects.get(pk=domain.pk).state == State.PENDING

    def test_who_may_only_look_cannot_verify(self) -> None:
        domain = create()
        with pytest.raises(Forbidden):
            verification.verify(factories.caller(domain.account, Role.ANALYST), domain=domain, resolver=FakeResolver())

    def test_the_service_notes_only_changes_in_the_log(self) -> None:
        domain = create()
        service = factories.service_caller(domain.account)
        before = AuditEntry.objects.count()
        verification.verify(service, domain=domain, resolver=FakeResolver())
        assert AuditEntry.objects.count() == before
        verification.verify(service, domain=domain, resolver=right(domain))
        assert AuditEntry.objects.latest("pk").details["after"] == "verified"

    def test_a_domain_deleted_during_the_check_is_refused(self) -> None:
        domain = create()
        resolver = right(domain)
        resolver.meanwhile = lambda: SenderDomain.objects.filter(pk=domain.pk).delete() and None
        with refused(match="deleted in the meantime"):
            verify(domain, resolver)


class TestRecheck:
    @pytest.mark.parametrize(
        ("state", "created", "checked", "due"),
        [
            (State.PENDING, timedelta(minutes=9), None, False),
            (State.PENDING, timedelta(minutes=11), None, True),
            # Last looked at 40 minutes after creation: next 40 minutes later.
            (State.PENDING, timedelta(minutes=75), timedelta(minutes=35), False),
            (State.PENDING, timedelta(minutes=85), timedelta(minutes=45), True),
            (State.PENDING, timedelta(days=30), timedelta(hours=23), False),
            (State.PENDING, timedelta(days=30), timedelta(hours=25), True),
            (State.FAILING, timedelta(days=30), timedelta(minutes=50), False),
            (State.FAILING, timedelta(days=30), timedelta(minutes=70), True),
            (State.VERIFIED, timedelta(days=30), timedelta(hours=23), False),
            (State.VERIFIED, timedelta(days=30), timedelta(hours=25), True),
            (State.FAILED, timedelta(days=30), timedelta(hours=25), True),
        ],
    )
    def test_each_state_has_its_rhythm(
        self, state: str, created: timedelta, checked: timedelta | None, due: bool
    ) -> None:
        now = timezone.now()
        domain = factories.domain(factories.account(), state=state)
        aged(domain, created_at=now - created, checked_at=now - checked if checked else None)
        assert verification.recheck_due(FakeResolver()) == int(due)

    def test_a_run_ends_in_time_and_leaves_the_rest_to_the_next(self) -> None:
        for _ in range(2):
            domain = factories.domain(factories.account())
            aged(domain, created_at=timezone.now() - timedelta(days=9))
        # The time is over before the first one is checked; one is checked in any case.
        assert [verification.recheck_due(FakeResolver(), seconds=-1) for _ in range(3)] == [1, 1, 0]

    def test_a_rechecked_domain_is_not_due_again(self) -> None:
        domain = factories.domain(factories.account())
        aged(domain, created_at=timezone.now() - timedelta(days=9))
        assert verification.recheck_due(right(domain)) == 1
        domain.refresh_from_db()
        assert domain.state == State.VERIFIED
        assert verification.recheck_due(right(domain)) == 0
