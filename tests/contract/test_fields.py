"""No character in any text parameter of any action does harm: it is refused in words, or harmless."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.api import errors
from accounts.api.fields import MAX_ITEMS
from accounts.caller import Caller, key_holder
from accounts.models import Account
from config.actions import ACTIONS
from sending.models import Submission
from tests import factories
from tests.refusals import refusal_of, refused

pytestmark = pytest.mark.django_db

BAD = ["\r", "\n", "\x00", "\x0b", "\x85", "\u2028", "\u2029", "\x7f"]
# Parameters in which line breaks have a meaning of their own: JSON, and base64 in lines.
LINES = {
    "Template.TemplateData",
    "SmtpHeaders",
    "Simple.Html",
    "Simple.Text",
    "Attachments.0.Content",
    "TemplateContent.Html",
    "TemplateContent.Text",
}

# A good input of every action that has one; each of its texts is spoilt in turn.
INPUTS: dict[str, dict[str, Any]] = {
    "CreateEmailIdentity": {"EmailIdentity": "mail.new.example", "TagList": [{"TagKey": "a", "TagValue": "b"}]},
    "GetEmailIdentity": {"EmailIdentity": "mail.shop.example"},
    "UpdateEmailIdentity": {"EmailIdentity": "mail.shop.example"},
    "ListEmailIdentities": {"TagList": [{"TagKey": "a", "TagValue": "b"}]},
    "CreateEmailAddress": {"EmailAddress": "new@mail.shop.example", "EmailSenderName": "Shop"},
    "ListEmailAddress": {},
    "CreateEmailTemplate": {"TemplateName": "Order", "TemplateContent": {"Html": "PHA+", "Text": "aGk="}},
    "GetEmailTemplate": {},
    "ListEmailTemplates": {},
    "SendEmail": {
        "FromEmailAddress": "Shop <news@mail.shop.example>",
        "Subject": "Hello",
        "Destination": ["ann@customer.test"],
        "Cc": ["bob@customer.test"],
        "Bcc": ["carl@customer.test"],
        "ReplyToAddresses": "help@shop.example",
        "Template": {"TemplateID": 0, "TemplateData": '{"name": "Ann", "code": "1"}'},
        "Simple": {"Html": "PHA+", "Text": "aGk="},
        "Attachments": [{"FileName": "a.txt", "Content": "aGk=", "FileURL": ""}],
        "Unsubscribe": "0",
        "SmtpMessageId": "<1@shop.example>",
        "SmtpHeaders": '{"X-A": "b"}',
        "HeaderFrom": "Shop <news@mail.shop.example>",
    },
    "GetSendEmailStatus": {
        "RequestDate": "2026-01-01",
        "Offset": 0,
        "Limit": 1,
        "MessageId": "x",
        "ToEmailAddress": "ann@customer.test",
    },
}


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every text in an input."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(child, (*path, key))


def spoilt(value: dict[str, Any], path: tuple[Any, ...], bad: str) -> Iterator[dict[str, Any]]:
    """Yield the input with the character before, within and behind one text, and with a header after it."""
    for change in (
        lambda text: bad + text,
        lambda text: text[:2] + bad + text[2:],
        lambda text: text + bad,
        lambda text: f"{text}{bad}Bcc: eve@evil.test",
    ):
        changed = copy.deepcopy(value)
        place: Any = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = change(place[path[-1]])
        yield changed


CASES = [(name, path) for name, value in INPUTS.items() for path in texts(value)]


@pytest.fixture
def account() -> Account:
    account = factories.account()
    factories.address(factories.domain(account, name="mail.shop.example"))
    return account


@pytest.fixture
def caller(account: Account) -> Caller:
    return key_holder(factories.api_key(account))


# The codes that the original lists for each action, and that bad input can meet; those of any action stand below.
CODES: dict[str, set[str]] = {
    "CreateEmailIdentity": {
        "InvalidParameterValue.CreatedByOther",
        "InvalidParameterValue.InvalidEmailIdentity",
        "InvalidParameterValue.RepeatCreation",
        "OperationDenied.ExceedDomainLimit",
        # Not listed: tags are not kept here.
        "UnsupportedOperation",
    },
    "GetEmailIdentity": {"InvalidParameterValue.NotExistDomain"},
    "UpdateEmailIdentity": {
        "FailedOperation.DKIMNotApplied",
        "FailedOperation.ServiceNotAvailable",
        "InvalidParameterValue.NotExistDomain",
    },
    # Not listed, but that of every other action that pages.
    "ListEmailIdentities": {"FailedOperation.InvalidLimit"},
    "CreateEmailAddress": {
        "InvalidParameterValue.IllegalEmailAddress",
        "InvalidParameterValue.IllegalSenderName",
        "InvalidParameterValue.RepeatEmailAddress",
        "OperationDenied.DomainNotVerified",
        "OperationDenied.ExceedSenderLimit",
    },
    "ListEmailAddress": set(),
    "CreateEmailTemplate": {
        "FailedOperation.ExceedTemplateLimit",
        "FailedOperation.TemplateContentToolarge",
        "InvalidParameterValue.TemplateContentIsNULL",
        "InvalidParameterValue.TemplateContentIsWrong",
        "InvalidParameterValue.TemplateNameIllegal",
    },
    "GetEmailTemplate": {"InvalidParameterValue.TemplateNotExist", "ResourceNotFound"},
    "ListEmailTemplates": {"FailedOperation.InvalidLimit"},
    "SendEmail": {
        "FailedOperation.AttachContentToolarge",
        "FailedOperation.EmailContentToolarge",
        "FailedOperation.FileURLNotExist",
        "FailedOperation.IncorrectEmail",
        "FailedOperation.IncorrectSender",
        "FailedOperation.InvalidAttachName",
        "FailedOperation.InvalidTemplateID",
        "FailedOperation.MissingEmailContent",
        "FailedOperation.NotAuthenticatedSender",
        "FailedOperation.TooManyAttachments",
        "FailedOperation.TooManyRecipients",
        "FailedOperation.WithOutPermission",
        "FailedOperation.WrongContentJson",
        "InvalidParameterValue.AttachContentIsWrong",
        "InvalidParameterValue.EmailAddressIsNULL",
    },
    "GetSendEmailStatus": {
        "FailedOperation.InvalidLimit",
        "FailedOperation.NotSupportDate",
        "InvalidParameterValue.WrongDate",
    },
}
COMMON_CODES = {"InvalidParameter", "InvalidParameterValue", "MissingParameter", "UnknownParameter"}


def test_every_action_is_walked():
    assert set(INPUTS) == set(CODES) == set(ACTIONS)


@pytest.mark.parametrize(("name", "path"), CASES, ids=[f"{name} {'.'.join(map(str, path))}" for name, path in CASES])
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"U+{ord(bad):04X}")
def test_a_bad_character_is_refused_in_words(
    caller: Caller, account: Account, name: str, path: tuple[Any, ...], bad: str
):
    param = ".".join(map(str, path))
    good = copy.deepcopy(INPUTS[name])
    if name == "SendEmail":
        good["Template"]["TemplateID"] = factories.template(account).pk
        if path[0] != "Simple":
            del good["Simple"]
    for params in spoilt(good, path, bad):
        refused = refusal_of(lambda params=params: ACTIONS[name]().answer(caller, params))
        if refused is None:
            assert param in LINES, f"{param} took {bad!r}"
        else:
            assert errors.message(refused).isprintable()
    for submission in Submission.objects.all():
        assert "evil" not in f"{submission.subject}{submission.headers}{submission.header_from}{submission.reply_to}"
        assert "evil" not in f"{submission.to}{submission.cc}{submission.bcc}{submission.from_name}"


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"U+{ord(bad):04X}")
@pytest.mark.parametrize("where", ["Subject", "SmtpHeaders"])
def test_a_bad_character_inside_json_reaches_no_header(caller: Caller, account: Account, where: str, bad: str):
    escaped = f"\\u{ord(bad):04x}Bcc: eve@evil.test"
    params = {
        "FromEmailAddress": "news@mail.shop.example",
        "Subject": "Hello {{name}}",
        "Destination": ["ann@customer.test"],
        "Template": {
            "TemplateID": factories.template(account).pk,
            "TemplateData": f'{{"code": "1", "name": "Ann{escaped if where == "Subject" else ""}"}}',
        },
        "SmtpHeaders": f'{{"X-A": "b{escaped if where == "SmtpHeaders" else ""}"}}',
    }
    with refused():
        ACTIONS["SendEmail"]().answer(caller, params)
    assert not Submission.objects.exists()


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["mail.shop.example", "news@mail.shop.example", "2026-01-01", "aGk=", "{}", "0", 0, 1, 2**63])
)
_MEMBERS = sorted(
    {
        "TagKey",
        "TagValue",
        "Html",
        "Text",
        "TemplateID",
        "TemplateData",
        "FileName",
        "Content",
        "FileURL",
        *(param for action in ACTIONS.values() for param in action.Input().fields),
    }
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("name", sorted(ACTIONS))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), as_text=st.booleans())
def test_any_input_is_answered_or_refused(name: str, data: st.DataObject, as_text: bool, caller: Caller):
    action = ACTIONS[name]()
    declared = sorted(action.Input().fields)
    required = {param: data.draw(_VALUES, param) for param in declared if action.Input().fields[param].required}
    others = data.draw(st.dictionaries(st.sampled_from([*declared, "Other"]), _VALUES, max_size=3))
    with translation.override("zh-hans"):
        refused = refusal_of(lambda: action.answer(caller, {**required, **others}, as_text=as_text))
    if refused:
        assert refused.code in CODES[name] | COMMON_CODES
        assert re.search("[\u4e00-\u9fff]", errors.message(refused)), "it has no Chinese"


@pytest.mark.parametrize("item", ["ann@customer.test", 1, None, {}, "\n"])
def test_a_list_that_no_action_takes_is_refused_for_its_first_thousand_items(caller: Caller, item: Any) -> None:
    looked_at = []

    class Items(list[Any]):
        """A list that says how many of its items were read."""

        def __getitem__(self, index: Any) -> Any:
            found = super().__getitem__(index)
            looked_at.extend(found if isinstance(index, slice) else [found])
            return found

        def __iter__(self) -> Iterator[Any]:
            for found in super().__iter__():
                looked_at.append(found)
                yield found

    params = {**copy.deepcopy(INPUTS["SendEmail"]), "Destination": Items([item] * 50_000)}
    del params["Simple"]
    with refused():
        ACTIONS["SendEmail"]().answer(caller, params)
    assert len(looked_at) <= MAX_ITEMS
