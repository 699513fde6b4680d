"""The list of forbidden phrases."""

import pytest

from accounts.caller import member
from accounts.errors import Forbidden
from accounts.models import AuditEntry
from accounts.roles import Role
from templates_app import forbidden_phrases, screening
from templates_app.models import ForbiddenPhrase
from tests import factories
from tests.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return member(factories.account(), factories.user(is_staff=True))


def test_a_new_installation_has_phrases_of_every_category():
    known = forbidden_phrases.current()
    assert len({phrase.category for phrase in known}) >= 15
    assert any(phrase.text == "代开发票" for phrase in known)


def test_an_ordinary_mail_holds_none_of_them():
    text = "Your invoice for the loan of a book lies in your account. Join our team at the group meeting. " * 3
    assert next(
        finding
        for finding in screening.screen(text, "", forbidden_phrases.current())
        if finding.rule == "forbidden_phrases"
    ).passed


def test_a_phrase_is_added_and_counts_at_once(staff):
    row = forbidden_phrases.add(staff, category=" Spam ", phrase="  buy   now ")
    assert (row.category, row.phrase) == ("Spam", "buy now")
    finding = next(
        finding
        for finding in screening.screen("BUY NOW", "", forbidden_phrases.current())
        if finding.rule == "forbidden_phrases"
    )
    assert not finding.passed
    assert AuditEntry.objects.filter(act="templates.add_phrase").exists()


@pytest.mark.parametrize(
    ("category", "phrase"),
    [("", "abc"), ("a", ""), ("a", "x"), ("a", "x" * 101), ("x" * 61, "abc"), ("a", "ONLINE casino")],
)
def test_useless_and_known_phrases_are_refused(category, phrase, staff):
    with refused():
        forbidden_phrases.add(staff, category=category, phrase=phrase)


def test_a_removed_phrase_counts_no_more(staff):
    forbidden_phrases.remove(staff, row=ForbiddenPhrase.objects.get(phrase="代开发票"))
    assert not any(phrase.text == "代开发票" for phrase in forbidden_phrases.current())
    assert AuditEntry.objects.filter(act="templates.remove_phrase", target="代开发票").exists()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OPERATOR, Role.ADMIN])
def test_the_list_of_all_accounts_is_not_changed_from_one(role):
    caller = factories.caller(factories.account(), role)
    with pytest.raises(Forbidden):
        forbidden_phrases.add(caller, category="a", phrase="abc")
    with pytest.raises(Forbidden):
        forbidden_phrases.remove(caller, row=ForbiddenPhrase.objects.first())
