"""What one account holds shows nowhere in another's: not in a list, a part of a page, a CSV, or an API answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from config.actions import ACTIONS
from domains.models import SenderAddress
from sending.models import EventKind, Message
from sending.models.ids import CHINA
from tests import factories
from tests.access.matrix import ROWS
from tests.access.test_matrix import body, marks
from tests.accounts.api.calls import post

pytestmark = pytest.mark.django_db

# Stands in every address and text of the account that must not be seen.
CANARY = "canary7f3a"
PAGES = [
    name for name, row in ROWS.items() if row.method == "GET" and not row.public and not row.arguments and row.roles
]


@pytest.fixture
def ours() -> Account:
    """An account with a row of everything, each bearing the canary."""
    account = factories.account(name=f"{CANARY} Inc")
    who = f"{CANARY}@held.test"
    domain = factories.domain(account, name=f"{CANARY}.test")
    factories.address(domain, address=f"{CANARY}@{CANARY}.test", name=CANARY)
    factories.user(account, email=f"{CANARY}@people.test")
    factories.api_key(account, name=CANARY, secret_id=CANARY)
    template = factories.template(account, name=CANARY, html=f"<p>{CANARY}</p>")
    factories.review(account)
    whole = factories.submission(
        account,
        sender_domain=domain.name,
        from_address=f"a@{domain.name}",
        subject=CANARY,
        template=template.pk,
        version=template.latest_id,
    )
    message = factories.message(account, submission=whole, recipient=who)
    factories.simulated_mail(account, recipient=who, subject=CANARY, raw=f"Subject: {CANARY}\r\n\r\n".encode())
    for kind in EventKind:
        factories.event(
            account,
            kind,
            message=message.pk,
            recipient=who,
            sender_domain=domain.name,
            recipient_domain=f"{CANARY}.test",
            reason=CANARY,
            from_address=f"a@{domain.name}",
        )
    factories.block(account, kind="custom", cause="entered", address=who, reason=CANARY)
    factories.block(account, kind="reject", cause="complained", address=who, sender_domain=domain.name)
    factories.block(account, address=who, message=message.pk)
    return account


@pytest.fixture
def theirs() -> Account:
    return factories.account(name="Theirs")


def words_of(account: Account) -> set[str]:
    return {CANARY, *marks(account)}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("query", "headers"),
    [({}, {}), ({"format": "csv"}, {}), ({}, {"HX-Request": "true"}), ({"kind": "custom", "format": "csv"}, {})],
    ids=["page", "csv", "part", "csv of a kind"],
)
def test_no_page_part_or_csv_shows_another_account(
    name: str, query: dict[str, str], headers: dict[str, str], ours: Account, theirs: Account
) -> None:
    row = ROWS[name]
    client = Client()
    client.force_login(factories.user(theirs, sorted(row.roles)[0]))
    response = client.get(reverse(name), query, headers=headers)
    assert response.status_code == 200
    text = body(response).decode()
    assert [word for word in words_of(ours) if word in text] == []


@pytest.mark.parametrize("name", ["domains:list", "sending:status", "blocklist:list", "templates:list", "stats:queue"])
def test_the_account_itself_sees_what_the_others_must_not(name: str, ours: Account) -> None:
    client = Client()
    client.force_login(factories.user(ours, "admin"))
    assert CANARY in body(client.get(reverse(name))).decode()


def test_a_dead_address_is_known_to_all_and_its_mail_to_its_account_alone(ours: Account, theirs: Account) -> None:
    client = Client()
    client.force_login(factories.user(theirs, "operator"))
    asked = f"{CANARY}@held.test"
    text = body(client.get(reverse("blocklist:look_up"), {"address": asked})).decode()
    assert "does not exist" in text or "Blocked" in text
    assert [word for word in words_of(ours) if word in text.replace(asked, "")] == []


# Of each action, parameters that name what is `ours`; then the same with names that nobody has.
Params = dict[str, Any]
CALLS: dict[str, Callable[[Account], tuple[Params, Params]]] = {
    "CreateEmailAddress": lambda ours: (
        {"EmailAddress": f"new@{CANARY}.test"},
        {"EmailAddress": "new@nobody7f3ab.test"},
    ),
    "CreateEmailTemplate": lambda ours: (
        {"TemplateName": CANARY, "TemplateContent": {}},
        {"TemplateName": "other", "TemplateContent": {}},
    ),
    "GetEmailIdentity": lambda ours: ({"EmailIdentity": f"{CANARY}.test"}, {"EmailIdentity": "nobody7f3ab.test"}),
    "UpdateEmailIdentity": lambda ours: ({"EmailIdentity": f"{CANARY}.test"}, {"EmailIdentity": "nobody7f3ab.test"}),
    "GetEmailTemplate": lambda ours: (
        {"TemplateID": ours.templates.latest("pk").pk},
        {"TemplateID": 2**40},
    ),
    "GetSendEmailStatus": lambda ours: (
        {"RequestDate": today(), "Offset": 0, "Limit": 100, "ToEmailAddress": f"{CANARY}@held.test"},
        {"RequestDate": today(), "Offset": 0, "Limit": 100, "ToEmailAddress": "nobody@held.test"},
    ),
    "ListEmailAddress": lambda ours: ({}, {}),
    "ListEmailIdentities": lambda ours: ({}, {}),
    "ListEmailTemplates": lambda ours: ({"Offset": 0, "Limit": 100}, {"Offset": 0, "Limit": 100}),
    "SendEmail": lambda ours: (mail(f"{CANARY}@{CANARY}.test", 1), mail("a@nobody7f3ab.test", 1)),
}
# A name can be taken once only, so this one answer tells that somebody has it.
TELLS = {"CreateEmailIdentity"}


def today() -> str:
    return f"{datetime.now(CHINA):%Y-%m-%d}"


def mail(sender: str, template: int) -> Params:
    return {
        "FromEmailAddress": sender,
        "Subject": "x",
        "Destination": ["ann@example.com"],
        "Template": {"TemplateID": template, "TemplateData": "{}"},
    }


def test_every_action_has_a_line() -> None:
    assert set(ACTIONS) == set(CALLS) | TELLS, "add a line per action to CALLS"


@pytest.mark.parametrize("action", sorted(CALLS))
def test_what_another_account_has_is_to_the_api_as_if_it_were_not(action: str, ours: Account, theirs: Account) -> None:
    held, unheld = CALLS[action](ours)
    key = factories.api_key(theirs)
    answers = []
    for params in (held, unheld):
        response = post(Client(), key, action, params)
        del response["RequestId"]
        text = json.dumps(response)
        for value in params.values():
            text = text.replace(str(value), "…").replace(str(value).rpartition("@")[2], "…")
        answers.append(text)
    assert answers[0] == answers[1]
    assert [word for word in words_of(ours) if word in answers[0]] == []


def test_a_template_of_another_account_cannot_be_sent(ours: Account, theirs: Account) -> None:
    sender = factories.address(factories.domain(theirs)).address
    key = factories.api_key(theirs)
    said = [
        post(Client(), key, "SendEmail", mail(sender, number))["Error"]
        for number in (ours.templates.filter(name=CANARY).get().pk, 2**40)
    ]
    assert said[0]["Code"] == said[1]["Code"] == "FailedOperation.InvalidTemplateID"


def test_a_taken_domain_says_so_and_no_more(ours: Account, theirs: Account) -> None:
    said = post(Client(), factories.api_key(theirs), "CreateEmailIdentity", {"EmailIdentity": f"{CANARY}.test"})
    assert said["Error"]["Code"] == "InvalidParameterValue.CreatedByOther"
    assert ours.name not in said["Error"]["Message"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "sending:send",
            {
                "template_id": "theirs",
                "from_address": f"{CANARY}@{CANARY}.test",
                "subject": "x",
                "to": "a@b.test",
                "unsubscribe": "0",
            },
        ),
        ("accounts:switch", {"account": "theirs"}),
        ("blocklist:unwhitelist", {"address": f"{CANARY}@held.test"}),
        ("domains:address_create", {"address": f"x@{CANARY}.test"}),
    ],
)
def test_a_form_takes_nothing_of_another_account(
    name: str, data: dict[str, str], ours: Account, theirs: Account
) -> None:
    client = Client()
    client.force_login(factories.user(theirs, "admin"))
    number = ours.pk if name == "accounts:switch" else ours.templates.filter(name=CANARY).get().pk
    given = {key: str(number) if value == "theirs" else value for key, value in data.items()}
    response = client.post(reverse(name), given, follow=True)
    text = response.content.decode()
    for value in given.values():
        text = text.replace(value, "…").replace(value.rpartition("@")[2], "…")
    assert [word for word in words_of(ours) if word in text] == []
    assert not Message.objects.filter(account=theirs).exists()
    assert not SenderAddress.objects.filter(account=theirs).exists()
    assert client.session.get("account") != ours.pk
