"""What a reviewer finds on the page of one version."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.caller import Caller
from accounts.models import Account
from accounts.roles import Role
from templates_app import review
from templates_app.models import Template
from tests import factories
from tests.templates_app.bodies import GOOD

pytestmark = pytest.mark.django_db

AUTHOR = "author@example.test"


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def author(account: Account) -> Caller:
    return factories.caller(account, email=AUTHOR)


@pytest.fixture
def template(author: Caller) -> Template:
    return review.create(author, name="Order", html=GOOD)


def page_of(account: Account, template: Template) -> str:
    """Return the page as a reviewer of the account sees it."""
    client = Client()
    client.force_login(factories.user(account, Role.REVIEWER))
    waiting = template.reviews.get()
    return client.get(reverse("templates:review", args=[waiting.pk])).content.decode()


def test_who_wrote_and_submitted_a_version_is_named_once(account: Account, author: Caller, template: Template) -> None:
    review.submit(author, template=template)
    assert page_of(account, template).count(AUTHOR) == 1


def test_who_submitted_what_somebody_else_wrote_is_named_too(account: Account, template: Template) -> None:
    review.submit(factories.caller(account, email="other@example.test"), template=template)
    page = page_of(account, template)
    assert (page.count(AUTHOR), page.count("other@example.test")) == (1, 1)


def test_the_reviewer_sees_who_may_send_it_and_how_it_was_sent(
    account: Account, author: Caller, template: Template
) -> None:
    factories.domain(account, name="news.example.test")
    factories.domain(factories.account(), name="stranger.example.test")
    factories.submission(
        account, template=template.pk, header_from="Shop <hello@news.example.test>", subject="Order <b>{{number}}"
    )
    review.submit(author, template=template)
    page = page_of(account, template)
    assert "<bdi>news.example.test</bdi>" in page
    assert "stranger.example.test" not in page
    assert "<bdi>Shop &lt;hello@news.example.test&gt;</bdi>" in page
    assert "<bdi>Order &lt;b&gt;{{number}}</bdi>" in page


def test_a_new_template_of_a_new_account_says_that_nothing_is_known(
    account: Account, author: Caller, template: Template
) -> None:
    review.submit(author, template=template)
    page = page_of(account, template)
    assert "None can send yet" in page
    assert "The subject is given with each send." in page


def test_the_reason_is_not_called_optional(account: Account, author: Caller, template: Template) -> None:
    review.submit(author, template=template)
    page = page_of(account, template)
    assert "Reason (required to reject)" in page
    assert ">optional<" not in page
