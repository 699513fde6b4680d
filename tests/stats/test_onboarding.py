"""stats.onboarding: the steps to the first mail, and which can be done now."""

from __future__ import annotations

import pytest

from domains.models import SenderDomain
from stats import onboarding
from templates_app.models import Template
from tests import factories

pytestmark = pytest.mark.django_db


def done(account):
    return [step.done for step in onboarding.steps(factories.caller(account))]


def test_a_new_account_has_every_step_before_it():
    assert done(factories.account()) == [False] * 7


def test_only_what_can_be_done_now_is_offered_and_it_leads_to_its_place():
    account = factories.account()

    def offered():
        return [step.url for step in onboarding.steps(factories.caller(account)) if step.open]

    assert offered() == ["/domains/new/", "/templates/create/"]
    domain = factories.domain(account, state=SenderDomain.State.PENDING)
    assert offered() == [f"/domains/{domain.pk}/", "/templates/create/"]
    SenderDomain.objects.update(state=SenderDomain.State.VERIFIED)
    template = factories.template(account)
    assert offered() == ["/addresses/new/"]
    factories.address(domain)
    assert offered() == [f"/sending/?template={template.pk}"]
    assert not [step for step in onboarding.steps(factories.caller(account, "analyst")) if step.open]


def test_each_step_is_ticked_once_it_is_done():
    account = factories.account()
    domain = factories.domain(account, state=SenderDomain.State.PENDING)
    assert done(account) == [True, False, False, False, False, False, False]
    SenderDomain.objects.update(state=SenderDomain.State.VERIFIED)
    factories.address(domain)
    factories.template(account)
    assert done(account) == [True, True, True, True, True, True, False]
    Template.objects.update(approved=None)
    assert done(account) == [True, True, True, True, False, False, False]
    factories.message(account)
    assert done(account)[-1]


def test_an_account_without_a_reviewer_is_led_to_adding_one():
    account = factories.account()

    def adding(role):
        return next(step for step in onboarding.steps(factories.caller(account, role)) if "reviewer" in step.url)

    step = adding("admin")
    assert (step.text, step.open, step.url) == ("Add a reviewer", True, "/users/add/?role=reviewer")
    # Who may not add anybody reads who can.
    assert (adding("operator").text, adding("operator").open) == ("Have an admin add a reviewer", False)
    factories.user(factories.account(), "reviewer")
    gone = factories.user(account, "reviewer")
    gone.is_active = False
    gone.save()
    assert not adding("admin").done
    factories.user(account, "reviewer")
    assert adding("admin").done


def test_another_accounts_steps_do_not_count():
    factories.address(factories.domain(factories.account()))
    assert done(factories.account()) == [False] * 7
