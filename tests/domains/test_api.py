"""The API's actions of domains and addresses, parameter by parameter."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from accounts.caller import Caller, key_holder
from accounts.models import Account
from domains import api
from domains.dns_answers import DnsAnswer, DnsStatus
from domains.models import SenderDomain
from tests import factories
from tests.refusals import code_of

pytestmark = pytest.mark.django_db

NAME = "mail.shop.example"


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def caller(account: Account) -> Caller:
    return key_holder(factories.api_key(account))


class Published:
    """A DNS that holds what the domain wants."""

    def look_up(self, name: str, type: str) -> DnsAnswer:
        if name == settings.SPF_INCLUDE:
            return DnsAnswer(DnsStatus.FOUND, ("v=spf1 ip4:192.0.2.1 -all",))
        domain = SenderDomain.objects.get(name=NAME)
        found = domain.records.filter(host=name, type=type)
        values = tuple(f"10 {row.expected}" if type == "MX" else row.expected for row in found)
        return DnsAnswer(DnsStatus.FOUND, values) if values else DnsAnswer(DnsStatus.NO_DATA)


class Verify(api.UpdateEmailIdentity):
    resolver = Published()


def create(caller: Caller, **params: Any) -> dict[str, Any]:
    return api.CreateEmailIdentity().answer(caller, {"EmailIdentity": NAME, **params})


def test_a_new_domain_says_which_records_it_needs(caller: Caller):
    answer = create(caller)
    assert set(answer) == {"IdentityType", "VerifiedForSendingStatus", "Attributes", "DKIMOption"}
    assert (answer["IdentityType"], answer["VerifiedForSendingStatus"], answer["DKIMOption"]) == ("DOMAIN", False, 1)
    assert [record["Type"] for record in answer["Attributes"]] == ["MX", "TXT", "TXT", "TXT"]
    for record in answer["Attributes"]:
        assert set(record) == {"Type", "SendDomain", "ExpectedValue", "CurrentValue", "Status"}
        assert (record["CurrentValue"], record["Status"]) == ("", False)
        assert record["SendDomain"].endswith(NAME)
        assert record["ExpectedValue"]


def test_the_key_size_can_be_chosen(caller: Caller):
    assert create(caller, DKIMOption=0)["DKIMOption"] == 0
    assert code_of(lambda: create(caller, DKIMOption=2)) == "InvalidParameterValue"


def test_tags_cannot_be_kept_and_that_is_said(caller: Caller):
    assert code_of(lambda: create(caller, TagList=[{"TagKey": "a", "TagValue": "b"}])) == "UnsupportedOperation"
    assert not SenderDomain.objects.exists()
    assert create(caller, TagList=[])


def test_a_domain_is_read_in_any_spelling(caller: Caller):
    create(caller)
    answer = api.GetEmailIdentity().answer(caller, {"EmailIdentity": " Mail.SHOP.example. "})
    assert answer["TagList"] == []
    assert len(answer["Attributes"]) == 4


@pytest.mark.parametrize("action", [api.GetEmailIdentity, api.UpdateEmailIdentity])
def test_a_domain_of_another_account_does_not_exist(caller: Caller, action: type[Any]):
    other = factories.domain(factories.account())
    for name in (other.name, "nobody.example", "no domain"):
        assert code_of(lambda name=name: action().answer(caller, {"EmailIdentity": name})) == (
            "InvalidParameterValue.NotExistDomain"
        )


def test_updating_verifies(caller: Caller):
    create(caller)
    answer = Verify().answer(caller, {"EmailIdentity": NAME, "NewAPI": True})
    assert answer["VerifiedForSendingStatus"] is True
    assert all(record["Status"] and record["CurrentValue"] for record in answer["Attributes"])


def test_updating_with_a_key_size_makes_the_record_anew(caller: Caller):
    before = create(caller)["Attributes"]
    answer = Verify().answer(caller, {"EmailIdentity": NAME, "DKIMOption": 0})
    assert answer["DKIMOption"] == 0
    assert answer["Attributes"][2]["ExpectedValue"] != before[2]["ExpectedValue"]


def test_domains_are_listed_with_level_and_volume(caller: Caller, account: Account):
    factories.domain(factories.account())
    first = factories.domain(account, reputation_level=3)
    second = factories.domain(account, state=SenderDomain.State.PENDING)
    answer = api.ListEmailIdentities().answer(caller, {})
    assert answer["EmailIdentities"] == [
        {
            "IdentityName": second.name,
            "IdentityType": "DOMAIN",
            "SendingEnabled": False,
            "CurrentReputationLevel": 1,
            "DailyQuota": 500,
            "SendIp": [],
            "TagList": [],
            "DKIMOption": 1,
        },
        {
            "IdentityName": first.name,
            "IdentityType": "DOMAIN",
            "SendingEnabled": True,
            "CurrentReputationLevel": 3,
            "DailyQuota": 2000,
            "SendIp": [],
            "TagList": [],
            "DKIMOption": 1,
        },
    ]
    assert (answer["MaxReputationLevel"], answer["MaxDailyQuota"], answer["Total"]) == (20, 1_000_000, 2)


def test_domains_are_paged(caller: Caller, account: Account):
    names = [factories.domain(account).name for _ in range(3)][::-1]

    def listed(**params: Any) -> list[str]:
        answer = api.ListEmailIdentities().answer(caller, params)
        assert answer["Total"] == 3
        return [row["IdentityName"] for row in answer["EmailIdentities"]]

    assert listed(Limit=2) == names[:2]
    assert listed(Limit=2, Offset=2) == names[2:]
    assert listed(Offset=1) == names[1:]
    assert listed(Limit=0) == listed(Offset=2**63 - 1, Limit=100) == []
    assert code_of(lambda: listed(Limit=101)) == "FailedOperation.InvalidLimit"
    assert code_of(lambda: listed(Limit=-1)) == "InvalidParameter"


def test_no_domain_has_a_tag(caller: Caller, account: Account):
    factories.domain(account)
    answer = api.ListEmailIdentities().answer(caller, {"TagList": [{"TagKey": "a", "TagValue": "b"}]})
    assert (answer["EmailIdentities"], answer["Total"]) == ([], 0)


def test_an_address_is_added_and_listed(caller: Caller, account: Account):
    domain = factories.domain(account)
    factories.address(factories.domain(factories.account()))
    params = {"EmailAddress": f"News@{domain.name}", "EmailSenderName": "Shop News"}
    assert api.CreateEmailAddress().answer(caller, params) == {}
    (row,) = api.ListEmailAddress().answer(caller, {})["EmailSenders"]
    assert set(row) == {"EmailAddress", "EmailSenderName", "CreatedTimestamp", "SmtpPwdType"}
    assert row["EmailAddress"].lower() == f"news@{domain.name}"
    assert (row["EmailSenderName"], row["SmtpPwdType"]) == ("Shop News", 0)
    assert isinstance(row["CreatedTimestamp"], int)


def test_an_smtp_password_shows_as_set(caller: Caller, account: Account):
    factories.address(factories.domain(account), smtp_password="argon2$…")
    assert api.ListEmailAddress().answer(caller, {})["EmailSenders"][0]["SmtpPwdType"] == 1


def test_an_address_needs_a_verified_domain(caller: Caller, account: Account):
    waiting = factories.domain(account, state=SenderDomain.State.PENDING)
    assert code_of(lambda: api.CreateEmailAddress().answer(caller, {"EmailAddress": f"a@{waiting.name}"})) == (
        "OperationDenied.DomainNotVerified"
    )
    assert code_of(lambda: api.CreateEmailAddress().answer(caller, {"EmailAddress": "a b"})) == (
        "InvalidParameterValue.IllegalEmailAddress"
    )
