from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError, connection
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User
from templates_app.models import Review, Template
from tests import factories

pytestmark = pytest.mark.django_db
State = Review.State


@pytest.mark.parametrize(
    ("state", "by", "at"),
    [
        *((state, by, not by) for state in State.values for by in (True, False)),
        *((state, False, False) for state in (State.APPROVED, State.REJECTED)),
        *((state, True, True) for state in (State.WAITING, State.WITHDRAWN)),
    ],
)
def test_a_decided_review_has_who_and_when_and_no_other_has(state: str, by: bool, at: bool) -> None:
    review = factories.review(factories.account())
    who: User | None = factories.user() if by else None
    when: datetime | None = timezone.now() if at else None
    with pytest.raises(IntegrityError, match="review_decision_has_who_and_when"):
        Review.objects.filter(pk=review.pk).update(state=state, decided_by=who, decided_at=when, reason="No.")


@pytest.mark.parametrize("state", [State.WAITING, State.APPROVED, State.WITHDRAWN])
def test_the_machine_rejects_and_decides_nothing_else(state: str) -> None:
    review = factories.review(factories.account())
    when = None if state in {State.WAITING, State.WITHDRAWN} else timezone.now()
    with pytest.raises(IntegrityError, match="review_decision_has_who_and_when"):
        Review.objects.filter(pk=review.pk).update(state=state, by_machine=True, decided_at=when)


def test_what_the_machine_rejects_has_no_person_beside_it() -> None:
    fields = {"state": State.REJECTED, "by_machine": True, "decided_at": timezone.now(), "reason": "No."}
    assert factories.review(factories.account(), **fields).pk
    with pytest.raises(IntegrityError, match="review_decision_has_who_and_when"):
        factories.review(factories.account(), decided_by=factories.user(), **fields)


@pytest.mark.parametrize("state", State.values)
def test_every_state_of_a_review_can_be_stored(state: str) -> None:
    decided = {"decided_by": factories.user(), "decided_at": timezone.now(), "reason": "No."}
    fields = decided if state in {State.APPROVED, State.REJECTED} else {}
    assert factories.review(factories.account(), state=state, **fields).pk


def test_a_rejection_has_a_reason() -> None:
    fields = {"decided_by": factories.user(), "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match="review_rejection_has_reason"):
        factories.review(factories.account(), state=State.REJECTED, **fields)


def test_who_decided_a_review_stays() -> None:
    person = factories.user()
    factories.review(factories.account(), state=State.APPROVED, decided_by=person, decided_at=timezone.now())
    with pytest.raises(ProtectedError):
        person.delete()


@pytest.mark.parametrize("field", ["latest", "approved"])
def test_a_template_has_versions_of_its_own_alone(field: str) -> None:
    account = factories.account()
    template, other = factories.template(account), factories.template(account)
    Template.objects.filter(pk=template.pk).update(**{field: other.latest})
    with pytest.raises(IntegrityError, match=f"template_{field}_is_its_own"):
        connection.check_constraints()


def test_a_review_is_of_a_version_of_its_template() -> None:
    account = factories.account()
    factories.review(account, version=factories.template(account).latest)
    with pytest.raises(IntegrityError, match="review_version_is_the_templates"):
        connection.check_constraints()


def test_a_template_goes_with_its_versions_and_reviews() -> None:
    template = factories.review(factories.account()).template
    Template.objects.filter(pk=template.pk).update(latest=None, approved=None)
    template.delete()
    connection.check_constraints()
    assert not Review.objects.exists()
