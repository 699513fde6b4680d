"""The states of a domain: what each finding leads to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Notice, NoticeMail
from domains import states
from domains.models import SenderDomain
from tests import factories

State = SenderDomain.State
FOUND = st.lists(st.sampled_from(["passed", "missing", "wrong", "unreachable"]), min_size=4, max_size=4)
HOURS = st.none() | st.integers(0, 200)


@given(state=st.sampled_from(State), found=FOUND, hours=HOURS)
def test_every_step_is_one_of_the_table(state: str, found: list[str], hours: int | None) -> None:
    now = timezone.now()
    since = now - timedelta(hours=hours) if hours is not None else None
    domain = SenderDomain(state=state, failing_since=since)
    new = states.next_state(domain, found, now)
    assert new == state or new in states.TRANSITIONS[state]
    if set(found) == {"passed"}:
        assert new == State.VERIFIED
    if new == State.VERIFIED and state != State.VERIFIED:
        assert set(found) == {"passed"}
    if new == State.FAILED and state != State.FAILED:
        assert hours is not None
        assert hours * 3600 >= settings.RULES.domain_grace_seconds


@pytest.mark.parametrize("found", ["missing", "wrong"])
def test_one_definite_fault_starts_the_grace(found: str) -> None:
    domain = SenderDomain(state=State.VERIFIED)
    assert states.next_state(domain, ["passed", "unreachable", "passed", found], timezone.now()) == State.FAILING


@pytest.mark.django_db
def test_a_step_that_is_not_in_the_table_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="does not go"):
        states.move(SenderDomain(state=State.PENDING), State.FAILED, timezone.now())


@pytest.mark.django_db
def test_who_may_mend_a_drifting_domain_gets_an_email_and_a_recovery_takes_it_back() -> None:
    account = factories.account()
    people = {role: factories.user(account, role) for role in ("admin", "operator", "reviewer", "analyst")}
    factories.user(factories.account(), "admin")
    domain = factories.domain(account)
    states.move(domain, State.FAILING, timezone.now())
    told = {row.user for row in NoticeMail.objects.filter(kind="domains", due_at__isnull=False)}
    assert told == {people["admin"], people["operator"]}
    states.move(domain, State.VERIFIED, timezone.now())
    assert not Notice.objects.filter(closed_at=None).exists()
