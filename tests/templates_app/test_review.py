"""The acts of review: who may, from which state, and what stands afterwards."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from accounts.caller import key_holder, member
from accounts.errors import Forbidden
from accounts.models import ApiKey, AuditEntry, Membership, Notice
from accounts.roles import Role
from templates_app import queries, review, states
from templates_app.forms import DecisionForm
from templates_app.models import Review, Skeleton, Template, Version
from tests import factories
from tests.refusals import refused
from tests.side_by_side import side_by_side
from tests.templates_app.bodies import GOOD, SHORT

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return factories.account()


@pytest.fixture
def operator(account):
    return factories.caller(account)


@pytest.fixture
def reviewer(account):
    return factories.caller(account, Role.REVIEWER)


def submitted(operator, **content):
    template = review.create(operator, **{"name": "Order", "html": GOOD, **content})
    return review.submit(operator, template=template)


def state(row):
    return type(row).objects.get(pk=row.pk).state


def refusal(act, caller, **arguments):
    with refused() as caught:
        act(caller, **arguments)
    return caught.value


def test_a_new_template_is_a_draft_with_a_first_version(operator, account):
    template = review.create(operator, name=" Order ", html=GOOD, summary="Confirms")
    assert (template.name, template.state, template.account, template.created_by) == (
        "Order",
        "draft",
        account,
        operator.user,
    )
    assert (template.latest.number, template.latest.author, template.latest.author_user) == (
        1,
        operator.name,
        operator.user,
    )
    assert template.approved is None


def test_an_approved_template_is_compiled_and_sent(operator, reviewer, account):
    open_review = submitted(operator)
    assert state(open_review.template) == "in_review"
    assert queries.sendable(account.pk, open_review.template_id) is None
    review.approve(reviewer, review=open_review, reason="fine")
    open_review.refresh_from_db()
    assert (open_review.state, open_review.decided_by, open_review.reason) == ("approved", reviewer.user, "fine")
    assert open_review.decided_at is not None
    assert queries.sendable(account.pk, open_review.template_id) == open_review.version
    assert queries.compiled(open_review.version_id).names == {"name", "order"}
    assert Skeleton.objects.get(pk=open_review.version_id).account == account
    assert AuditEntry.objects.filter(act="templates.approve", actor=reviewer.name).exists()


def test_the_findings_of_the_submission_are_kept(operator):
    open_review = submitted(operator)
    assert {finding["rule"] for finding in open_review.findings} >= {
        "length",
        "variables",
        "images",
        "forbidden_phrases",
    }


def test_a_rejection_needs_a_reason(operator, reviewer):
    open_review = submitted(operator)
    assert refusal(review.reject, reviewer, review=open_review, reason="  ").field == "reason"
    assert state(open_review) == "waiting"
    review.reject(reviewer, review=open_review, reason="Unclear")
    assert (state(open_review), state(open_review.template)) == ("rejected", "rejected")


def test_decisions_are_notified_and_a_new_submission_settles_the_notice(operator, reviewer, account):
    open_review = submitted(operator)
    review.reject(reviewer, review=open_review, reason="x" * 600)
    notice = Notice.objects.get(account=account, closed_at=None)
    assert notice.level == "warning"
    assert notice.link == f"/templates/{open_review.template_id}/"
    review.revise(operator, template=open_review.template, name="Order", html=GOOD + "<p>Bye</p>", text="", summary="")
    review.approve(reviewer, review=review.submit(operator, template=open_review.template))
    assert [n.level for n in Notice.objects.filter(account=account, closed_at=None)] == ["info"]


@pytest.mark.parametrize("act", ["approve", "reject", "claim", "release"])
def test_nobody_decides_on_his_own_version(act, account):
    staff = member(account, factories.user(is_staff=True))
    open_review = submitted(staff)
    arguments = {"reason": "x"} if act in ("approve", "reject") else {}
    assert refusal(getattr(review, act), staff, review=open_review, **arguments).code == "OperationDenied"
    assert state(open_review) == "waiting"


def test_who_submitted_does_not_decide_either(operator, account):
    template = review.create(operator, name="Order", html=GOOD)
    staff = member(account, factories.user(is_staff=True))
    open_review = review.submit(staff, template=template)
    assert refusal(review.approve, staff, review=open_review).code == "OperationDenied"


def test_a_reviewer_who_once_was_operator_and_author_does_not_decide(operator, account):
    open_review = submitted(operator)
    Membership.objects.filter(user=operator.user).update(role=Role.REVIEWER)
    assert refusal(review.approve, member(account, operator.user), review=open_review).code == "OperationDenied"


def test_what_a_program_wrote_any_reviewer_may_decide(account, reviewer):
    key = ApiKey.objects.create(account=account, name="k", secret_id="AKIDx", secret_key="s", created_by=reviewer.user)
    program = key_holder(key)
    open_review = submitted(program)
    assert (open_review.version.author, open_review.version.author_user) == ("AKIDx", None)
    review.approve(reviewer, review=open_review)
    assert state(open_review) == "approved"


def test_only_people_decide(operator, account):
    assert (
        refusal(review.approve, factories.service_caller(account), review=submitted(operator)).code == "OperationDenied"
    )


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ANALYST, Role.ADMIN])
def test_deciding_needs_the_right(role, operator, account):
    open_review = submitted(operator)
    other = factories.caller(account, role)
    for act in (review.approve, review.reject, review.claim, review.release):
        with pytest.raises(Forbidden):
            act(other, review=open_review, **({"reason": "x"} if act in (review.approve, review.reject) else {}))


def test_writing_needs_the_right(reviewer, operator):
    template = review.create(operator, name="Order", html=GOOD)
    for act, arguments in (
        (review.create, {"name": "x", "html": GOOD}),
        (review.submit, {"template": template}),
        (review.withdraw, {"template": template}),
        (review.revise, {"template": template, "name": "x", "html": GOOD, "text": "", "summary": ""}),
    ):
        with pytest.raises(Forbidden):
            act(reviewer, **arguments)


def test_another_accounts_template_is_not_there(operator, reviewer):
    other = factories.account()
    stranger, judge = factories.caller(other), factories.caller(other, Role.REVIEWER)
    open_review = submitted(operator)
    assert (
        refusal(review.submit, stranger, template=open_review.template).code == "InvalidParameterValue.TemplateNotExist"
    )
    assert refusal(review.approve, judge, review=open_review).code == "OperationDenied"
    assert queries.sendable(other.pk, open_review.template_id) is None
    assert state(open_review) == "waiting"


def test_a_decision_falls_once(operator, reviewer, account):
    open_review = submitted(operator)
    stale = Review.objects.get(pk=open_review.pk)
    review.approve(reviewer, review=open_review)
    second = factories.caller(account, Role.REVIEWER)
    assert "approved" in refusal(review.reject, second, review=stale, reason="x").message
    assert (state(open_review), state(open_review.template)) == ("approved", "approved")


def test_a_claim_keeps_others_off_until_it_ends(operator, reviewer, account):
    open_review = submitted(operator)
    review.claim(reviewer, review=open_review)
    assert timezone.now() + timedelta(minutes=14) < open_review.claimed_until < timezone.now() + timedelta(minutes=16)
    second = factories.caller(account, Role.REVIEWER)
    fresh = Review.objects.get(pk=open_review.pk)
    assert reviewer.name in refusal(review.claim, second, review=fresh).message
    refusal(review.approve, second, review=fresh)
    assert review.held_by_other(second, fresh) == reviewer.user
    assert review.held_by_other(reviewer, fresh) is None
    Review.objects.filter(pk=open_review.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    review.approve(second, review=fresh)
    assert state(open_review) == "approved"


def test_a_decided_review_is_neither_claimed_nor_released(operator, reviewer, account):
    decided = submitted(operator)
    review.approve(reviewer, review=decided)
    second = factories.caller(account, Role.REVIEWER)
    for act in (review.claim, review.release):
        assert "approved" in refusal(act, second, review=Review.objects.get(pk=decided.pk)).message
    assert Review.objects.get(pk=decided.pk).claimed_by is None


def test_a_released_review_is_free(operator, reviewer, account):
    open_review = submitted(operator)
    review.claim(reviewer, review=open_review)
    review.release(reviewer, review=open_review)
    review.claim(factories.caller(account, Role.REVIEWER), review=open_review)


def test_what_breaks_a_rule_of_the_review_is_rejected_by_the_machine_at_once(operator, reviewer, account):
    closed = submitted(operator, html=SHORT)
    assert (closed.state, closed.by_machine, closed.decided_by) == ("rejected", True, None)
    assert closed.decided_at is not None
    assert (state(closed), state(closed.template)) == ("rejected", "rejected")
    assert "3 of 160 visible characters, 157 to go" in closed.translated_reason
    with translation.override("zh-hans"):
        assert "157" in closed.translated_reason
        assert "visible" not in closed.translated_reason
    notice = Notice.objects.get(account=account, closed_at=None)
    assert (notice.level, notice.link) == ("warning", f"/templates/{closed.template_id}/")
    entries = AuditEntry.objects.filter(account=account).order_by("id")
    assert [(entry.act, entry.actor) for entry in entries if entry.target.startswith("template ")] == [
        ("templates.create", operator.name),
        ("templates.submit", operator.name),
        ("templates.reject", "automatic review"),
    ]
    # Nobody is asked, and nobody can decide otherwise.
    assert list(queries.waiting(reviewer)) == []
    assert "closed" in refusal(review.approve, reviewer, review=closed).message
    assert queries.sendable(account.pk, closed.template_id) is None


def test_whom_the_machine_rejected_writes_anew_and_comes_to_a_person(operator, reviewer, account):
    template = submitted(operator, html=SHORT).template
    review.revise(operator, template=template, name="Order", html=GOOD, text="", summary="")
    again = review.submit(operator, template=template)
    assert (again.state, again.by_machine) == ("waiting", False)
    assert not Notice.objects.filter(account=account, closed_at=None).exists()
    # The queue says "resubmitted" of what a person has seen before.
    assert [row.again for row in queries.waiting(reviewer)] == [False]
    review.approve(reviewer, review=again)
    assert queries.sendable(account.pk, template.pk) == again.version


def test_the_machine_leaves_the_approved_version_in_use(operator, reviewer, account):
    first = submitted(operator)
    review.approve(reviewer, review=first)
    review.revise(operator, template=first.template, name="Order", html=SHORT, text="", summary="")
    assert review.submit(operator, template=first.template).by_machine
    assert queries.sendable(account.pk, first.template_id) == first.version


def test_unsafe_markup_stops_a_submission_and_changes_nothing(operator):
    template = review.create(operator, name="Order", html=SHORT + "<script>x()</script>")
    refused = refusal(review.submit, operator, template=template)
    assert refused.code == "InvalidParameterValue.TemplateContentIsWrong"
    assert "<script>" in refused.message
    # What a person or the machine would decide on is not spoken of yet.
    assert "160" not in refused.message
    assert (state(template), Review.objects.count()) == ("draft", 0)


def test_the_approved_version_keeps_sending_while_a_new_one_waits_or_fails(operator, reviewer, account):
    first = submitted(operator)
    review.approve(reviewer, review=first)
    version = review.revise(
        operator, template=first.template, name="Order 2", html=GOOD + "<p>More</p>", text="", summary=""
    )
    assert (version.number, state(first.template)) == (2, "draft")
    second = review.submit(operator, template=first.template)
    assert queries.sendable(account.pk, first.template_id) == first.version
    review.reject(reviewer, review=second, reason="no")
    assert queries.sendable(account.pk, first.template_id) == first.version
    assert Template.objects.get(pk=first.template_id).name == "Order 2"


def test_a_draft_saved_without_a_change_keeps_its_version(operator):
    template = review.create(operator, name="Order", html=GOOD)
    version = review.revise(operator, template=template, name="Other name", html=GOOD, text="", summary="")
    assert (version.number, Version.objects.count()) == (1, 1)
    assert Template.objects.get().name == "Other name"


def test_revising_what_is_in_review_takes_it_back(operator, reviewer):
    open_review = submitted(operator)
    review.revise(operator, template=open_review.template, name="Order", html=GOOD, text="", summary="new")
    assert (state(open_review), state(open_review.template)) == ("withdrawn", "draft")
    refusal(review.approve, reviewer, review=open_review)
    assert state(open_review.template) == "draft"


def test_a_template_is_taken_back(operator):
    open_review = submitted(operator)
    review.withdraw(operator, template=open_review.template)
    assert (state(open_review), state(open_review.template)) == ("withdrawn", "draft")
    assert refusal(review.withdraw, operator, template=open_review.template).code == "OperationDenied"
    review.submit(operator, template=open_review.template)


def test_a_template_is_submitted_once(operator):
    open_review = submitted(operator)
    assert refusal(review.submit, operator, template=open_review.template).code == "OperationDenied"


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ({"name": ""}, "InvalidParameterValue.TemplateNameIllegal", "name"),
        ({"name": "x" * 101}, "InvalidParameterValue.TemplateNameIllegal", "name"),
        ({"name": "a\nb"}, "InvalidParameterValue.TemplateNameIllegal", "name"),
        ({"name": "a\u2028b"}, "InvalidParameterValue.TemplateNameIllegal", "name"),
        ({"name": "a\u202eb"}, "InvalidParameterValue.TemplateNameIllegal", "name"),
        ({"summary": "x" * 201}, "InvalidParameterValue", "summary"),
        ({"html": " \n"}, "InvalidParameterValue.TemplateContentIsNULL", "html"),
        ({"html": "a\x00b"}, "InvalidParameterValue.TemplateContentIsWrong", "html"),
        ({"html": GOOD, "text": "a\x1bb"}, "InvalidParameterValue.TemplateContentIsWrong", "text"),
        ({"html": "a\ud800"}, "InvalidParameterValue.TemplateContentIsWrong", "html"),
        ({"html": "x" * 1_048_577}, "FailedOperation.TemplateContentToolarge", "html"),
    ],
)
def test_bad_content_is_refused_with_their_field(content, code, field, operator):
    refused = refusal(review.create, operator, **{"name": "Order", "html": GOOD, **content})
    assert (refused.code, refused.field) == (code, field)
    assert Template.objects.count() == 0


def test_an_account_has_a_limit_of_templates(operator, rules):
    rules(templates_per_account=1)
    review.create(operator, name="a", html=GOOD)
    assert refusal(review.create, operator, name="b", html=GOOD).code == "FailedOperation.ExceedTemplateLimit"


@pytest.mark.django_db(transaction=True)
def test_the_limit_of_templates_holds_for_two_at_once(operator, rules):
    rules(templates_per_account=1)
    error = side_by_side(
        lambda: review.create(operator, name="a", html=GOOD), lambda: review.create(operator, name="b", html=GOOD)
    )
    assert getattr(error, "code", "") == "FailedOperation.ExceedTemplateLimit"
    assert Template.objects.count() == 1


def test_every_state_is_in_the_table_of_acts():
    for before, after in states.TRANSITIONS.values():
        assert before <= set(Template.State)
        assert after in Template.State
    assert {after for _, after in states.TRANSITIONS.values()} == set(Template.State)


def test_the_database_refuses_to_change_a_version(operator):
    template = review.create(operator, name="a", html=GOOD)
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.filter(pk=template.latest_id).update(html="other")


def test_what_is_stored_is_no_translation(operator, reviewer, account):
    with translation.override("zh-hans"):
        open_review = submitted(operator)
        review.reject(reviewer, review=open_review, reason=f"{DecisionForm.QUICK[0]}\n请修改")
        open_review.refresh_from_db()
        assert open_review.reason == f"{DecisionForm.QUICK[0]}\n请修改"
        assert open_review.translated_reason == "固定文本未说明邮件的用途。\n请修改"
        notice = Notice.objects.get(account=account, closed_at=None)
        assert notice.sentence == "模板“Order”审核未通过：固定文本未说明邮件的用途。\n请修改"
    assert str(notice) == f"Template “Order” was rejected: {DecisionForm.QUICK[0]}\n请修改"
