from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.utils import timezone

from domains.models import SenderDomain
from tests import factories

pytestmark = pytest.mark.django_db
State = SenderDomain.State


@pytest.mark.parametrize(
    ("state", "failing"),
    [(State.PENDING, True), (State.VERIFIED, True), (State.FAILING, False), (State.FAILED, False)],
)
def test_a_domain_says_since_when_its_records_fail_exactly_while_they_do(state: str, failing: bool) -> None:
    domain = factories.domain(factories.account())
    with pytest.raises(IntegrityError, match="domain_failing_has_since"):
        SenderDomain.objects.filter(pk=domain.pk).update(state=state, failing_since=timezone.now() if failing else None)


@pytest.mark.parametrize("state", State.values)
def test_every_state_can_be_stored(state: str) -> None:
    assert factories.domain(factories.account(), state=state).pk


def test_a_domain_is_kept_in_lower_case() -> None:
    with pytest.raises(IntegrityError, match="domain_lower"):
        factories.domain(factories.account(), name="Shop.test")
