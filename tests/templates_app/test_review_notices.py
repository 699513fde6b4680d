"""Who gets an email when a template is decided: its author and who submitted it."""

from __future__ import annotations

import pytest

from accounts.caller import key_holder
from accounts.models import Account, Membership, NoticeMail, User
from accounts.roles import Role
from templates_app import review
from tests import factories
from tests.templates_app.bodies import GOOD, SHORT

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return factories.account()


def told() -> set[User]:
    return {row.user for row in NoticeMail.objects.filter(kind="templates", due_at__isnull=False)}


@pytest.mark.parametrize("decision", [review.approve, review.reject])
def test_a_reviewers_decision_is_mailed_to_author_and_submitter_alone(account: Account, decision) -> None:
    author, submitter = factories.caller(account), factories.caller(account)
    factories.user(account, Role.ADMIN)
    template = review.create(author, name="Order", html=GOOD)
    sent = review.submit(submitter, template=template)
    assert told() == set()
    decision(factories.caller(account, Role.REVIEWER), review=sent, reason="Because")
    assert told() == {author.user, submitter.user}


def test_what_the_machine_rejects_is_mailed_too(account: Account) -> None:
    author = factories.caller(account)
    review.submit(author, template=review.create(author, name="Order", html=SHORT))
    assert told() == {author.user}


def test_for_an_api_key_it_is_who_made_the_key_and_the_admins_when_that_person_left(account: Account) -> None:
    maker, admin = factories.user(account, Role.ADMIN), factories.user(account, Role.ADMIN)
    program = key_holder(factories.api_key(account, created_by=maker))
    review.submit(program, template=review.create(program, name="One", html=SHORT))
    assert told() == {maker}
    NoticeMail.objects.all().delete()
    Membership.objects.filter(user=maker).delete()
    review.submit(program, template=review.create(program, name="Two", html=SHORT))
    assert told() == {admin}
