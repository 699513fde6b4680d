"""The API's actions of templates, parameter by parameter."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.utils import translation

from accounts.caller import Caller, key_holder
from accounts.models import Account
from templates_app import api, review
from templates_app.models import Review, Template
from tests import factories
from tests.refusals import code_of, refused

pytestmark = pytest.mark.django_db

TEXT = "Thank you for your order. We have packed it and hand it to the carrier today. " * 3
HTML = f"<p>Hello {{{{name}}}}</p><p>{TEXT}</p>"


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def caller(account: Account) -> Caller:
    return key_holder(factories.api_key(account))


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def create(caller: Caller, **content: str) -> int:
    params = {"TemplateName": "Order sent", "TemplateContent": content or {"Html": coded(HTML)}}
    answer = api.CreateEmailTemplate().answer(caller, params)
    assert set(answer) == {"TemplateID"}
    number: int = answer["TemplateID"]
    return number


def get(caller: Caller, number: int) -> dict[str, Any]:
    return api.GetEmailTemplate().answer(caller, {"TemplateID": number})


def listed(caller: Caller, offset: int = 0, limit: int = 100) -> dict[str, Any]:
    return api.ListEmailTemplates().answer(caller, {"Offset": offset, "Limit": limit})


def test_a_new_template_goes_to_review_at_once(caller: Caller):
    number = create(caller, Html=coded(HTML), Text=coded(TEXT))
    assert Template.objects.get(pk=number).state == Template.State.IN_REVIEW
    assert get(caller, number) == {
        "TemplateContent": {"Html": coded(HTML), "Text": coded(TEXT)},
        "TemplateStatus": 1,
        "TemplateName": "Order sent",
    }


# The two samples of the original's own documentation.
SAMPLE_HTML = "PGh0bWw+dGhpcyBpcyBhIGV4YW1wbGUge3tjb2RlfX08L2h0bWw+"
SAMPLE_TEXT = "dGhpcyBpcyBhIGV4YW1wbGUge3tjb2RlfX0="


@pytest.mark.parametrize("content", [{"Html": SAMPLE_HTML}, {"Text": SAMPLE_TEXT}])
def test_the_documentations_short_samples_are_taken_and_judged_at_once(caller: Caller, content: dict[str, str]):
    number = create(caller, **content)
    assert get(caller, number) == {
        "TemplateContent": {"Html": "", "Text": ""} | content,
        "TemplateStatus": 2,
        "TemplateName": "Order sent",
    }
    for language, said in (("en", "18 of 160 visible characters"), ("zh-hans", "18")):
        with translation.override(language):
            (row,) = listed(caller)["TemplatesMetadata"]
        assert (row["TemplateID"], row["TemplateStatus"]) == (number, 2)
        assert said in row["ReviewReason"]
        assert bool(re.search("[\u4e00-\u9fff]", row["ReviewReason"])) is (language != "en")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>Too short</p>", "160"),
        (HTML + "{{a}}" * 200, "variables"),
        (HTML + '<img src="https://a.test/x.png" alt="">' * 51, "images"),
        (HTML + "<p>online casino</p>", "online casino"),
        (HTML + '<a href="https://{{host}}/">x</a>', "not fixed"),
        (HTML + "<p>{{first name}}</p>", "is not a variable"),
    ],
)
def test_what_breaks_a_rule_of_the_review_has_an_id_and_a_rejection_that_says_why(caller: Caller, html: str, said: str):
    number = create(caller, Html=coded(html))
    (row,) = listed(caller)["TemplatesMetadata"]
    assert (row["TemplateID"], row["TemplateStatus"]) == (number, 2)
    assert said in row["ReviewReason"]
    assert get(caller, number)["TemplateStatus"] == 2


@pytest.mark.parametrize(
    "markup", ["<script>x()</script>", '<a onclick="x()">x</a>', "<iframe src='https://a.test'></iframe>"]
)
def test_unsafe_markup_is_not_stored(caller: Caller, markup: str):
    with refused() as caught:
        create(caller, Html=coded(HTML + markup))
    assert caught.value.code == "InvalidParameterValue.TemplateContentIsWrong"
    assert not Template.objects.exists()
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, "InvalidParameterValue.TemplateContentIsNULL"),
        ({"Html": ""}, "InvalidParameterValue.TemplateContentIsNULL"),
        ({"Html": "<p>not base64</p>"}, "InvalidParameterValue.TemplateContentIsWrong"),
        ({"Html": "YQ"}, "InvalidParameterValue.TemplateContentIsWrong"),
        ({"Text": base64.b64encode(b"\xff\xfe").decode()}, "InvalidParameterValue.TemplateContentIsWrong"),
        ({"Text": coded("a\x00b" + TEXT)}, "InvalidParameterValue.TemplateContentIsWrong"),
        ({"Html": 1}, "InvalidParameter"),
        ({"Html": coded("x" * 1_048_577)}, "FailedOperation.TemplateContentToolarge"),
    ],
)
def test_content_that_cannot_be_read_is_refused(caller: Caller, content: Any, expected: str):
    params = {"TemplateName": "Order sent", "TemplateContent": content}
    assert code_of(lambda: api.CreateEmailTemplate().answer(caller, params)) == expected


def test_base64_in_lines_is_read(caller: Caller):
    assert create(caller, Html=base64.encodebytes(HTML.encode()).decode())


def test_a_template_of_another_account_does_not_exist(caller: Caller):
    other = factories.template(factories.account())
    for number in (other.pk, 2**63 - 1, 2**63, 2**64 - 1):
        assert code_of(lambda number=number: get(caller, number)) == "InvalidParameterValue.TemplateNotExist"


def test_states_are_the_wires_numbers(caller: Caller, account: Account):
    judge = factories.caller(account, "reviewer")
    approved, rejected, waiting = create(caller), create(caller), create(caller)
    review.approve(judge, review=Review.objects.get(template=approved))
    review.reject(judge, review=Review.objects.get(template=rejected), reason="Name the shop.")
    found = listed(caller)
    assert found["TotalCount"] == 3
    assert [(row["TemplateID"], row["TemplateStatus"], row["ReviewReason"]) for row in found["TemplatesMetadata"]] == [
        (waiting, 1, ""),
        (rejected, 2, "Name the shop."),
        (approved, 0, "Approved"),
    ]
    for row in found["TemplatesMetadata"]:
        assert set(row) == {"TemplateID", "CreatedTimestamp", "TemplateName", "ReviewReason", "TemplateStatus"}
        assert isinstance(row["CreatedTimestamp"], int)


def test_a_draft_is_not_known_until_it_is_submitted(caller: Caller):
    draft = review.create(caller, name="Later", text=TEXT)
    assert listed(caller) == {"TemplatesMetadata": [], "TotalCount": 0}
    with refused(match="draft") as caught:
        get(caller, draft.pk)
    assert caught.value.code == "InvalidParameterValue.TemplateNotExist"


def test_a_draft_upon_an_approved_version_shows_that_version(caller: Caller, account: Account):
    template = factories.template(account)
    review.revise(caller, template=template, name=template.name, html=HTML, text="", summary="")
    answer = get(caller, template.pk)
    assert answer["TemplateStatus"] == 0
    assert base64.b64decode(answer["TemplateContent"]["Html"]).startswith(b"<p>Hello {{name}}, your code")
    assert listed(caller)["TemplatesMetadata"][0]["TemplateStatus"] == 0


def test_templates_are_paged(caller: Caller, account: Account):
    numbers = [factories.template(account).pk for _ in range(3)][::-1]
    factories.template(factories.account())

    def page(offset: int, limit: int) -> list[int]:
        found = listed(caller, offset, limit)
        assert found["TotalCount"] == 3
        return [row["TemplateID"] for row in found["TemplatesMetadata"]]

    assert page(0, 2) == numbers[:2]
    assert page(2, 2) == numbers[2:]
    assert page(10, 0) == page(10, 10) == []
    assert code_of(lambda: listed(caller, 0, 101)) == "FailedOperation.InvalidLimit"
    assert code_of(lambda: api.ListEmailTemplates().answer(caller, {"Offset": 0})) == "MissingParameter"


def test_a_list_costs_the_same_queries_however_long(caller: Caller, account: Account, django_assert_num_queries: Any):
    for _ in range(10):
        factories.template(account)
    with django_assert_num_queries(3):
        listed(caller)
