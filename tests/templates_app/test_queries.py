"""Reads of templates and reviews."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from templates_app import queries, review
from templates_app.models import Review, Template
from tests import factories
from tests.templates_app.bodies import GOOD

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return factories.caller(factories.account())


def judge(operator):
    return factories.caller(operator.account, Role.REVIEWER)


def waiting(operator, name="Order"):
    return review.submit(operator, template=review.create(operator, name=name, html=GOOD))


def test_a_version_that_was_never_approved_has_no_skeleton(operator):
    open_review = waiting(operator)
    with pytest.raises(LookupError):
        queries.compiled(open_review.version_id)
    review.approve(judge(operator), review=open_review)
    assert queries.compiled(open_review.version_id).links


def test_a_compiled_version_is_read_once(operator, django_assert_num_queries):
    open_review = waiting(operator)
    review.approve(judge(operator), review=open_review)
    queries.compiled(open_review.version_id)
    with django_assert_num_queries(0):
        queries.compiled(open_review.version_id)


def test_templates_are_found_by_name_number_and_state(operator):
    first = review.create(operator, name="Order placed", html=GOOD)
    second = waiting(operator, "Order sent").template

    def found(state="", text=""):
        return set(queries.search(Template.objects.all(), state=state, text=text))

    assert found() == {first, second}
    assert found(text="order") == {first, second}
    assert found(text="SENT") == {second}
    assert found(text=str(first.pk)) >= {first}
    assert found(state="in_review") == {second}
    assert found(text="9" * 30) == set()


def test_the_reason_of_the_latest_decision_comes_along(operator):
    open_review = waiting(operator)
    review.reject(judge(operator), review=open_review, reason="Unclear")
    assert queries.with_reason(Template.objects.all()).get().reason == "Unclear"
    review.revise(operator, template=open_review.template, name="x", html=GOOD, text="", summary="")
    again = review.submit(operator, template=open_review.template)
    assert queries.with_reason(Template.objects.all()).get().reason == "Unclear"
    review.approve(judge(operator), review=again)
    assert queries.with_reason(Template.objects.all()).get().reason == ""


def test_the_queue_holds_the_accounts_open_reviews(operator):
    first, second = waiting(operator), waiting(operator)
    waiting(factories.caller(factories.account()))
    reviewer = judge(operator)
    assert list(queries.waiting(reviewer).order_by("id")) == [first, second]
    review.reject(reviewer, review=first, reason="x")
    review.revise(operator, template=first.template, name="x", html=GOOD, text="", summary="")
    third = review.submit(operator, template=first.template)
    assert [(row, row.again) for row in queries.waiting(reviewer).order_by("id")] == [(second, False), (third, True)]


def test_the_next_one_is_the_oldest_that_is_free_and_not_ones_own(operator):
    reviewer, other = judge(operator), judge(operator)
    first, second, third = (waiting(operator) for _ in range(3))
    Review.objects.filter(pk=first.pk).update(submitted_by=reviewer.name)
    review.claim(other, review=second)
    now = timezone.now()
    assert queries.next_waiting(reviewer, now=now) == third
    assert queries.next_waiting(reviewer, now=now + timedelta(hours=1)) == second
    assert queries.next_waiting(factories.service_caller(operator.account), now=now) is None
