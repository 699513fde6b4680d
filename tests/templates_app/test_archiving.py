"""Archived templates are out of the way at the console, and stay what they were for programs."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.caller import Caller
from accounts.errors import Forbidden, Refused
from accounts.models import Account, AuditEntry
from accounts.roles import Role
from sending.forms import SendForm
from templates_app import archiving, queries, review
from templates_app.models import Template
from tests import factories
from tests.accounts.api.calls import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def operator(account: Account) -> Caller:
    return factories.caller(account, Role.OPERATOR)


@pytest.fixture
def browser(client: Client, operator: Caller) -> Client:
    client.force_login(operator.user)
    return client


def acts(account: Account) -> list[str]:
    return list(AuditEntry.objects.filter(account=account).order_by("pk").values_list("act", flat=True))


def test_it_is_neither_listed_nor_offered_until_it_is_restored(
    account: Account, operator: Caller, browser: Client
) -> None:
    template = factories.template(account, name="Spring sale")
    where = reverse("templates:detail", args=[template.pk])

    def offered() -> bool:
        return str(template.pk) in dict(SendForm(caller=operator).fields["template_id"].choices)

    assert offered()
    assert browser.post(f"{where}archive/").status_code == 302
    assert not offered()
    assert "Spring sale" not in browser.get("/templates/").text
    assert "Spring sale" in browser.get("/templates/?state=archived").text
    assert "Spring sale" not in browser.get("/templates/?state=approved").text
    page = browser.get(where).text
    assert "The console no longer offers it" in page
    assert f"{where}edit/" not in page

    assert browser.post(f"{where}restore/").status_code == 302
    assert offered()
    assert "Spring sale" in browser.get("/templates/").text
    assert "Spring sale" not in browser.get("/templates/?state=archived").text
    template.refresh_from_db()
    assert template.state == Template.State.APPROVED
    assert acts(account) == ["templates.archive", "templates.restore"]


def test_programs_see_and_send_it_as_before(account: Account, operator: Caller, client: Client) -> None:
    template = factories.template(account)
    key = factories.api_key(account)

    def seen() -> list[object]:
        listed = post(client, key, "ListEmailTemplates", {"Offset": 0, "Limit": 10})["TemplatesMetadata"]
        return [listed, post(client, key, "GetEmailTemplate", {"TemplateID": template.pk})["TemplateStatus"]]

    before = seen()
    archiving.archive(operator, template=template)
    assert seen() == before
    assert queries.sendable(account.pk, template.pk) is not None


def test_what_is_archived_does_not_change(account: Account, operator: Caller) -> None:
    template = review.create(operator, name="Draft", text="x" * 200)
    archiving.archive(operator, template=template)
    with pytest.raises(Refused, match="Restore it before"):
        review.submit(operator, template=template)
    with pytest.raises(Refused, match="Restore it before"):
        review.revise(operator, template=template, name="New", html="", text="y" * 200, summary="")
    with pytest.raises(Refused, match="archived already"):
        archiving.archive(operator, template=template)
    archiving.restore(operator, template=template)
    with pytest.raises(Refused, match="not archived"):
        archiving.restore(operator, template=template)
    assert review.submit(operator, template=template)


def test_what_waits_for_its_review_is_not_archived(account: Account, operator: Caller) -> None:
    template = factories.review(account).template
    with pytest.raises(Refused, match="Withdraw it before"):
        archiving.archive(operator, template=template)
    with pytest.raises(IntegrityError, match="template_archived_is_not_in_review"), transaction.atomic():
        Template.objects.filter(pk=template.pk).update(archived_at=timezone.now())


def test_a_copy_is_a_draft_with_the_latest_content_and_its_sensitive_variables(
    account: Account, operator: Caller, browser: Client
) -> None:
    template = factories.template(account, name="N" * 100, html="<p>Hello {{who}}</p>", sensitive={"who": True})
    answer = browser.post(reverse("templates:duplicate", args=[template.pk]))
    copy = Template.objects.latest("pk")
    assert answer["Location"] == reverse("templates:edit", args=[copy.pk])
    assert copy.state == Template.State.DRAFT
    assert copy.approved is None
    assert copy.latest is not None
    assert copy.latest.html == "<p>Hello {{who}}</p>"
    assert copy.sensitive == {"who": True}
    assert copy.name.endswith("N (copy)")
    entry = AuditEntry.objects.get(account=account)
    assert (entry.act, entry.details["copy_of"]) == ("templates.create", template.pk)


def test_only_authors_archive_and_copy(account: Account) -> None:
    template = factories.template(account)
    reviewer, stranger = factories.caller(account, Role.REVIEWER), factories.caller(factories.account())
    for act in (archiving.archive, archiving.restore, archiving.duplicate):
        with pytest.raises(Forbidden):
            act(reviewer, template=template)
        with pytest.raises(Refused):
            act(stranger, template=template)


def test_a_sample_fills_the_form_and_an_unknown_one_leaves_it_empty(browser: Client) -> None:
    page = browser.get("/templates/create/?sample=password-reset&language=zh-hans")
    assert "Password reset" in page.text
    assert "重新设置密码" in page.text
    for wrong in ("sample=nothing&language=en", "sample=password-reset&language=../en", "sample=password-reset"):
        assert browser.get(f"/templates/create/?{wrong}").context["form"].initial == {}
    assert browser.get("/templates/samples/preview/?sample=nothing").status_code == 404
    preview = browser.get("/templates/samples/preview/?sample=monthly-news&language=en")
    assert "News of the month" in preview.text
    assert "sandbox" in preview["Content-Security-Policy"]
