"""The pages of templates, as their users meet them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.caller import member
from accounts.models import User
from accounts.roles import Role
from templates_app import review
from templates_app.models import Review, Template
from tests import factories
from tests.templates_app.bodies import GOOD, SHORT

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return factories.account()


@pytest.fixture
def operator(account):
    return factories.caller(account)


@pytest.fixture
def browser(operator):
    return logged_in(operator.user)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response) -> str:
    return response.content.decode()


def fields(**changed):
    return {"name": "Order", "kind": "html", "html": GOOD, "text": "", "summary": "", "then": "save", **changed}


def test_the_list_shows_state_and_reason_and_filters(browser, operator, account):
    rejected = review.create(operator, name="Alpha mail", html=GOOD)
    open_review = review.submit(operator, template=rejected)
    review.reject(factories.caller(account, Role.REVIEWER), review=open_review, reason="Says too little")
    review.create(operator, name="Beta mail", html=GOOD)
    page = text(browser.get(reverse("templates:list")))
    assert "Alpha mail" in page
    assert "Says too little" in page
    assert "Rejected" in page
    page = text(browser.get(reverse("templates:list"), {"state": "draft", "q": "beta"}))
    assert "Beta mail" in page
    assert "Alpha mail" not in page


def test_the_list_takes_the_same_queries_for_many_rows(browser, operator, django_assert_max_num_queries):
    for number in range(12):
        review.create(operator, name=f"Mail {number}", html=GOOD)
    with django_assert_max_num_queries(12):
        browser.get(reverse("templates:list"))


def test_an_empty_list_says_what_to_do(browser):
    page = text(browser.get(reverse("templates:list")))
    assert "No template yet" in page
    assert reverse("templates:create") in page


def test_a_draft_is_saved(browser):
    response = browser.post(reverse("templates:create"), fields(html=SHORT))
    template = Template.objects.get()
    assert response.headers["Location"] == reverse("templates:detail", args=[template.pk])
    assert (template.state, template.latest.html) == ("draft", SHORT)


def test_a_template_is_written_and_submitted_in_one_go(browser):
    browser.post(reverse("templates:create"), fields(then="submit"))
    assert Template.objects.get().state == "in_review"


def test_unsafe_markup_stays_in_the_form_and_nowhere_else(browser):
    response = browser.post(reverse("templates:create"), fields(then="submit", html="<p>Hi</p><script>x()</script>"))
    assert response.status_code == 422
    assert "&lt;p&gt;Hi&lt;/p&gt;&lt;script&gt;" in text(response)
    assert "Not allowed in an email" in text(response)
    assert Template.objects.count() == 0


def test_what_the_machine_rejects_is_said_so_with_what_to_fix(browser, account):
    response = browser.post(
        reverse("templates:create"), fields(then="submit", html="<p>Hi {{name}}, short</p>"), follow=True
    )
    page = text(response)
    assert Template.objects.get().state == "rejected"
    assert "Submitted, and rejected by the automatic review." in page
    assert "toast-warning" in page
    assert '<h2 class="alert-heading">Rejected by the automatic review</h2>' in page
    assert "150 to go" in page
    assert "Decided by the automatic review, " in page
    assert "Decided by None" not in page
    assert "150 to go" in text(browser.get(reverse("templates:list")))
    reviewer = logged_in(factories.caller(account, Role.REVIEWER).user)
    assert "No templates to review" in text(reviewer.get(reverse("templates:review_queue")))
    closed = text(reviewer.get(reverse("templates:review", args=[Review.objects.get().pk])))
    assert "Decided by the automatic review, " in closed
    assert 'value="approve"' not in closed


def test_refused_names_stand_at_their_field(browser):
    response = browser.post(reverse("templates:create"), fields(name="a\tb"))
    assert response.status_code == 422
    assert response.context["form"].errors["name"]


def test_screening_answers_while_one_types(browser):
    response = browser.post(
        reverse("templates:screening"), {"kind": "html", "html": "<p>Hi {{name}}, online casino</p>"}
    )
    page = text(response)
    assert "142 to go" in page
    assert '<mark class="mark-variable">{{name}}</mark>' in page
    assert '<mark class="mark-fault">online casino</mark>' in page
    assert "<html" not in page


def test_screening_survives_anything(browser):
    for body in ("", "<", "x" * 2_000_000, "{{" * 1000, "<div>" * 5000):
        assert browser.post(reverse("templates:screening"), {"html": body}).status_code == 200


def test_the_editor_starts_with_the_latest_version(browser, operator):
    template = review.create(operator, name="Order", html=GOOD, text="Plain {{name}}")
    page = browser.get(reverse("templates:edit", args=[template.pk]))
    assert page.context["form"]["html"].value() == GOOD
    browser.post(reverse("templates:edit", args=[template.pk]), fields(name="New", html=SHORT))
    template.refresh_from_db()
    assert (template.name, template.latest.number, template.latest.html) == ("New", 2, SHORT)


@pytest.mark.parametrize("view", ["preview", "reading", "text", "source", "nonsense"])
def test_each_view_of_a_template_opens(view, browser, operator):
    template = review.create(operator, name="Order", html=GOOD)
    response = browser.get(reverse("templates:detail", args=[template.pk]), {"view": view, "value.name": "Ada <b>"})
    assert response.status_code == 200
    if view == "text":
        assert "Your order, Ada &lt;b&gt;" in text(response)
    if view in ("preview", "nonsense"):
        assert " sandbox title=" in text(response)
        assert "value.name=Ada" in text(response)


def test_an_older_version_can_be_looked_at(browser, operator):
    template = review.create(operator, name="Order", html=GOOD)
    review.submit(operator, template=template)
    review.revise(operator, template=template, name="Order", html=SHORT, text="", summary="")
    response = browser.get(reverse("templates:detail", args=[template.pk]), {"version": "1"})
    assert response.context["version"].number == 1


def test_a_rejected_template_shows_why(browser, operator, account):
    open_review = review.submit(operator, template=review.create(operator, name="Order", html=GOOD))
    review.reject(factories.caller(account, Role.REVIEWER), review=open_review, reason="Unclear <b>purpose</b>")
    page = text(browser.get(reverse("templates:detail", args=[open_review.template_id])))
    assert "Unclear &lt;b&gt;purpose&lt;/b&gt;" in page


def test_submitting_and_taking_back_by_button(browser, operator):
    template = review.create(operator, name="Order", html=GOOD)
    browser.post(reverse("templates:submit", args=[template.pk]))
    template.refresh_from_db()
    assert template.state == "in_review"
    browser.post(reverse("templates:withdraw", args=[template.pk]))
    template.refresh_from_db()
    assert template.state == "draft"


def test_the_preview_has_its_own_policy(browser, operator):
    template = review.create(operator, name="Order", html=GOOD)
    response = browser.get(reverse("templates:preview", args=[template.latest_id]), {"value.name": "<script>"})
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Your order, &lt;script&gt;" in text(response)
    unsaved = browser.post(reverse("templates:preview_unsaved"), {"kind": "html", "html": "<p>{{a}}</p>"})
    assert unsaved["Content-Security-Policy"] == response["Content-Security-Policy"]
    assert text(unsaved) == "<p>[a]</p>"
    plain = browser.post(reverse("templates:preview_unsaved"), {"kind": "text", "text": "<script>"})
    assert plain["Content-Type"].startswith("text/plain")


class TestReviewPages:
    @pytest.fixture
    def reviewer(self, account):
        return factories.caller(account, Role.REVIEWER)

    @pytest.fixture
    def client(self, reviewer):
        return logged_in(reviewer.user)

    @pytest.fixture
    def waiting(self, operator):
        return review.submit(operator, template=review.create(operator, name="Order mail", html=GOOD))

    def test_the_queue_shows_the_oldest_first(self, client, waiting, operator):
        second = review.submit(operator, template=review.create(operator, name="Second mail", html=GOOD))
        page = text(client.get(reverse("templates:review_queue")))
        assert page.index("Order mail") < page.index("Second mail")
        assert reverse("templates:review", args=[second.pk]) in page

    def test_a_decision_leads_to_the_next_one(self, client, waiting, operator):
        second = review.submit(operator, template=review.create(operator, name="Second mail", html=GOOD))
        response = client.post(reverse("templates:review", args=[waiting.pk]), {"decision": "approve"}, follow=True)
        assert response.redirect_chain[0][0] == reverse("templates:review", args=[second.pk])
        assert "is approved" in text(response)
        response = client.post(
            reverse("templates:review", args=[second.pk]), {"decision": "reject", "reason": "No"}, follow=True
        )
        assert response.redirect_chain[0][0] == reverse("templates:review_queue")
        assert "No templates to review" in text(response)

    def test_a_rejection_without_a_reason_is_asked_for_one(self, client, waiting):
        response = client.post(reverse("templates:review", args=[waiting.pk]), {"decision": "reject"})
        assert response.status_code == 422
        assert response.context["form"].errors["reason"]
        waiting.refresh_from_db()
        assert waiting.state == "waiting"

    def test_the_reason_says_once_when_it_is_required(self, client, waiting):
        page = text(client.get(reverse("templates:review", args=[waiting.pk])))
        assert "Reason (required to reject)</label>" in page
        assert "optional" not in page

    def test_without_a_button_nothing_is_decided(self, client, waiting):
        response = client.post(reverse("templates:review", args=[waiting.pk]), {"reason": "typed"})
        assert response.status_code == 422
        waiting.refresh_from_db()
        assert waiting.state == "waiting"

    def test_the_author_sees_why_there_are_no_buttons(self, account):
        staff = member(account, factories.user(is_staff=True))
        open_review = review.submit(staff, template=review.create(staff, name="Own mail", html=GOOD))
        page = text(logged_in(staff.user).get(reverse("templates:review", args=[open_review.pk])))
        assert "someone else must decide" in page
        assert 'name="decision"' not in page

    def test_a_claimed_review_says_by_whom(self, client, waiting, account):
        other = factories.caller(account, Role.REVIEWER)
        review.claim(other, review=waiting)
        page = text(client.get(reverse("templates:review", args=[waiting.pk])))
        assert f"Claimed by {other.name}" in page
        assert 'name="decision"' not in page

    def test_claiming_and_giving_back(self, client, waiting, reviewer):
        client.post(reverse("templates:claim", args=[waiting.pk]))
        waiting.refresh_from_db()
        assert waiting.claimed_by == reviewer.user
        assert "Claimed by you until" in text(client.get(reverse("templates:review", args=[waiting.pk])))
        client.post(reverse("templates:release", args=[waiting.pk]))
        waiting.refresh_from_db()
        assert waiting.claimed_by is None

    def test_changes_are_shown_against_the_approved_version(self, client, waiting, operator, reviewer):
        review.approve(reviewer, review=waiting)
        review.revise(
            operator,
            template=waiting.template,
            name="x",
            html=GOOD.replace("Thank you", "Many <i>thanks</i>"),
            text="",
            summary="",
        )
        second = review.submit(operator, template=waiting.template)
        page = text(client.get(reverse("templates:review", args=[second.pk]), {"view": "changes"}))
        assert "change-gone" in page
        assert "Many thanks" in page

    def test_a_decided_review_shows_its_outcome(self, client, waiting, reviewer):
        review.approve(reviewer, review=waiting, reason="Good")
        page = text(client.get(reverse("templates:review", args=[waiting.pk])))
        assert "Decided by" in page
        assert 'name="decision"' not in page

    def test_reviewers_read_the_phrases_and_only_staff_changes_them(self, client):
        page = text(client.get(reverse("templates:forbidden_phrases")))
        assert "代开发票" in page
        assert 'name="phrase"' not in page
        assert (
            client.post(reverse("templates:forbidden_phrases"), {"category": "a", "phrase": "abc"}).status_code == 403
        )
        assert client.post(reverse("templates:forbidden_phrases"), {"remove": "1"}).status_code == 403

    def test_staff_adds_and_removes_a_phrase(self, account):
        staff = logged_in(factories.user(is_staff=True))
        staff.post(reverse("templates:forbidden_phrases"), {"category": "Spam", "phrase": "buy it now"})
        page = staff.get(reverse("templates:forbidden_phrases"))
        added = next(row for _, phrases in page.context["categories"] for row in phrases if row.phrase == "buy it now")
        staff.post(reverse("templates:forbidden_phrases"), {"remove": added.pk})
        assert "buy it now" not in text(staff.get(reverse("templates:forbidden_phrases"))).replace(
            "“buy it now” was removed", ""
        )
        assert staff.post(reverse("templates:forbidden_phrases"), {"category": "", "phrase": "x"}).status_code == 422


def test_nothing_typed_is_neither_right_nor_wrong(browser):
    page = text(browser.get(reverse("templates:create")))
    assert page.count("Not checked yet: ") > 3
    assert "Passed: " not in page
    assert "Not passed: " not in page


def test_each_state_of_a_template_has_one_button_that_leads_on(browser, operator, account):
    def primary(template, client=browser):
        page = text(client.get(reverse("templates:detail", args=[template.pk])))
        return re.findall(r'class="btn btn-primary"[^>]*>(?:<svg.*?</svg>)?([^<]+)<', page, re.DOTALL)

    reviewer = factories.caller(account, Role.REVIEWER)
    short = review.create(operator, name="Short", html=SHORT)
    assert primary(short) == ["Edit"]
    template = review.create(operator, name="Good", html=GOOD)
    assert primary(template) == ["Submit for review"]
    open_review = review.submit(operator, template=template)
    assert primary(template) == []
    assert primary(template, logged_in(reviewer.user)) == ["Review"]
    review.reject(reviewer, review=open_review, reason="Says too little")
    assert primary(template) == ["Edit"]
    review.approve(reviewer, review=review.submit(operator, template=again(operator, template)))
    assert primary(template) == ["Use in a send"]


def again(operator, template):
    template.refresh_from_db()
    review.revise(operator, template=template, name="Good", html=GOOD + "<p>More</p>", text="", summary="")
    template.refresh_from_db()
    return template


def test_a_long_reason_is_cut_on_the_page_and_whole_in_the_file(browser, operator, account):
    open_review = review.submit(operator, template=review.create(operator, name="Alpha mail", html=GOOD))
    review.reject(factories.caller(account, Role.REVIEWER), review=open_review, reason="why " * 60)
    assert "why " * 30 not in text(browser.get(reverse("templates:list")))
    assert "why " * 59 in browser.get(reverse("templates:list"), {"format": "csv"}).getvalue().decode()


class TestTwoTabsThatEditOneTemplate:
    """The second to save sees what the first one saved, and chooses."""

    @pytest.fixture
    def template(self, operator):
        return review.create(operator, name="Order", html=GOOD)

    def saved(self, browser, template, **changed):
        return browser.post(f"/templates/{template.pk}/edit/", fields(**changed))

    def test_the_second_save_is_asked_and_loses_nothing(self, browser, template, account):
        other = logged_in(factories.user(account, Role.OPERATOR, email="bo@example.test"))
        assert b'name="base" value="1"' in browser.get(f"/templates/{template.pk}/edit/").content
        assert self.saved(other, template, html=GOOD + "<p>Theirs</p>", base=1).status_code == 302
        answer = self.saved(browser, template, html=GOOD + "<p>Mine</p>", base=1)
        assert answer.status_code == 422
        page = text(answer)
        assert "bo@example.test saved version 2 while you were writing" in page
        assert "Theirs" in page
        assert "&lt;p&gt;Mine&lt;/p&gt;" in page
        assert 'name="base" value="2"' in page
        assert template.versions.count() == 2
        assert self.saved(browser, template, html=GOOD + "<p>Mine</p>", base=2).status_code == 302
        assert template.versions.latest("number").html.endswith("<p>Mine</p>")

    def test_another_fault_does_not_make_the_second_save_the_next_version(self, browser, operator, template):
        review.revise(operator, template=template, name="Order", html=GOOD + "<p>Theirs</p>", text="", summary="")
        answer = self.saved(browser, template, html="", base=1)
        assert 'name="base" value="1"' in text(answer)

    def test_the_same_text_saved_twice_is_no_conflict(self, browser, template):
        assert self.saved(browser, template, html=GOOD + "<p>Twice</p>", base=1).status_code == 302
        assert self.saved(browser, template, html=GOOD + "<p>Twice</p>", base=1).status_code == 302
        assert template.versions.count() == 2

    @pytest.mark.parametrize("base", ["", "x", "9" * 30])
    def test_a_program_that_names_no_version_saves_as_before(self, browser, template, base):
        assert self.saved(browser, template, html=GOOD + "<p>New</p>", base=base).status_code == 302


def test_a_template_that_nobody_can_approve_says_so_and_leads_to_adding_a_reviewer(account, browser):
    template = factories.template(account, approved=None, state=Template.State.IN_REVIEW)
    url = reverse("templates:detail", args=[template.pk])
    page = text(browser.get(url))
    assert "This account has no reviewer" in page
    assert "Ask an admin of this account" in page
    assert "?role=reviewer" not in page
    admin = logged_in(factories.user(account, Role.ADMIN))
    assert f'href="{reverse("accounts:member_add")}?role=reviewer"' in text(admin.get(url))
    factories.user(account, Role.REVIEWER)
    assert "This account has no reviewer" not in text(browser.get(url))


def test_an_approved_template_needs_no_reviewer(account, browser):
    template = factories.template(account)
    assert "This account has no reviewer" not in text(browser.get(reverse("templates:detail", args=[template.pk])))
