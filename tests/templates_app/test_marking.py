"""Which variables of a template are sensitive, as its authors decide."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.errors import Forbidden
from accounts.models import Account, AuditEntry
from templates_app import marking, sensitive_names
from templates_app.models import Template
from tests import factories

pytestmark = pytest.mark.django_db
HTML = "<p>Dear {{name}}, {{code}} is your code: {{reset_link}}</p>"


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def template(account: Account) -> Template:
    return factories.template(account, html=HTML)


def sensitive(template: Template) -> list[str]:
    template.refresh_from_db()
    return sensitive_names.among(marking.variables_of(template), template.sensitive)


def test_names_decide_until_somebody_does(account: Account, template: Template) -> None:
    assert sensitive(template) == ["code", "reset_link"]
    marking.mark_sensitive(factories.caller(account), template=template, names=["name", "code"])
    assert sensitive(template) == ["code", "name"]
    assert template.sensitive == {"name": True, "reset_link": False}
    assert template.state == Template.State.APPROVED
    assert AuditEntry.objects.get(act="templates.mark_sensitive").details == {"sensitive": "code, name"}


def test_a_decision_about_a_variable_of_an_earlier_version_is_kept(account: Account, template: Template) -> None:
    Template.objects.update(sensitive={"greeting": True, "code": False})
    marking.mark_sensitive(factories.caller(account), template=template, names=["code"])
    template.refresh_from_db()
    assert template.sensitive == {"greeting": True, "reset_link": False}


def test_only_those_who_write_templates_decide(account: Account, template: Template) -> None:
    with pytest.raises(Forbidden):
        marking.mark_sensitive(factories.caller(account, "analyst"), template=template, names=[])


def test_the_page_has_a_box_for_each_variable_ticked_by_its_name(account: Account, template: Template) -> None:
    client = Client()
    client.force_login(factories.user(account))
    url = f"/templates/{template.pk}/sensitive/"
    page = client.get(url).content.decode()
    boxes = [box.partition(">")[0] for box in page.split('<input type="checkbox" name="names"')[1:]]
    assert {box.partition('value="')[2].partition('"')[0]: "checked" in box for box in boxes} == {
        "code": True,
        "name": False,
        "reset_link": True,
    }
    assert client.post(url, {"names": ["name"]})["Location"] == f"/templates/{template.pk}/"
    assert sensitive(template) == ["name"]
    assert client.post(url, {"names": ["other"]}).status_code == 422
    assert client.post(url, {}).status_code == 302
    assert sensitive(template) == []
