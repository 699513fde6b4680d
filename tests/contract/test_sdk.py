"""A program written for Tencent SES works by changing one host name."""

from __future__ import annotations

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.ses.v20201002 import models

from accounts.models import Account, Allowance, ApiKey
from domains.models import SenderDomain
from sending.models import Message, QueueItem, Submission
from sending.simulator import zone as simulated
from templates_app import review
from templates_app.models import Review
from tests import factories
from tests.contract.conftest import Sdk

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tencentcloud"),
]

TEXT = "Thank you for your order. We have packed it and hand it to the carrier today. " * 3
HTML = f"<html><body><p>Hello {{{{name}}}}, order {{{{order}}}}.</p><p>{TEXT}</p></body></html>"
CHINA = timezone(timedelta(hours=8))


def day(offset: int = 0) -> str:
    """Return the day of UTC+8 that lies `offset` days ahead, asked for when it is needed: a run may cross midnight."""
    return f"{datetime.now(CHINA).date() + timedelta(days=offset)}"


def request(name: str, **params: Any) -> Any:
    """Return the SDK's request object of an action, filled as its users fill it."""
    made = getattr(models, f"{name}Request")()
    made.from_json_string(json.dumps(params))
    return made


def refusal(client: Any, name: str, **params: Any) -> TencentCloudSDKException:
    with pytest.raises(TencentCloudSDKException) as raised:
        getattr(client, name)(request(name, **params))
    assert len(raised.value.get_request_id()) == 36
    assert raised.value.get_message()
    return raised.value


def mail(sender: str, template: int, **changed: Any) -> dict[str, Any]:
    params = {
        "FromEmailAddress": f"Shop <{sender}>",
        "Subject": "Order {{order}}",
        "Destination": ["ann@customer.test"],
        "Template": {"TemplateID": template, "TemplateData": '{"name": "Ann", "order": 17}'},
    }
    return {**params, **changed}


@pytest.fixture
def sender(account: Account) -> str:
    return factories.address(factories.domain(account)).address


@pytest.fixture
def template(account: Account) -> int:
    return factories.template(account, html=HTML).pk


def test_from_a_new_domain_to_a_mails_status(sdk: Sdk, account: Account, zone: None):
    client = sdk()
    name = "mail.shop.example"

    created = client.CreateEmailIdentity(request("CreateEmailIdentity", EmailIdentity=name))
    assert (created.IdentityType, created.VerifiedForSendingStatus, created.DKIMOption) == ("DOMAIN", False, 1)
    assert [record.Type for record in created.Attributes] == ["MX", "TXT", "TXT", "TXT"]
    unpublished = client.UpdateEmailIdentity(request("UpdateEmailIdentity", EmailIdentity=name))
    assert unpublished.VerifiedForSendingStatus is False

    simulated.publish(factories.service_caller(account), domain=SenderDomain.objects.get(name=name))
    verified = client.UpdateEmailIdentity(request("UpdateEmailIdentity", EmailIdentity=name))
    assert verified.VerifiedForSendingStatus is True
    read = client.GetEmailIdentity(request("GetEmailIdentity", EmailIdentity=name))
    assert all(record.Status and record.CurrentValue for record in read.Attributes)
    (row,) = client.ListEmailIdentities(request("ListEmailIdentities")).EmailIdentities
    assert (row.IdentityName, row.SendingEnabled, row.CurrentReputationLevel, row.DailyQuota) == (name, True, 1, 500)

    address = f"orders@{name}"
    client.CreateEmailAddress(request("CreateEmailAddress", EmailAddress=address, EmailSenderName="Shop"))
    (listed,) = client.ListEmailAddress(request("ListEmailAddress")).EmailSenders
    assert (listed.EmailAddress, listed.EmailSenderName, listed.SmtpPwdType) == (address, "Shop", 0)

    content = {"Html": base64.b64encode(HTML.encode()).decode()}
    number = client.CreateEmailTemplate(
        request("CreateEmailTemplate", TemplateName="Order", TemplateContent=content)
    ).TemplateID
    waiting = client.GetEmailTemplate(request("GetEmailTemplate", TemplateID=number))
    assert (waiting.TemplateStatus, waiting.TemplateContent.Html) == (1, content["Html"])
    early = refusal(client, "SendEmail", **mail(address, number))
    assert early.get_code() == "FailedOperation.InvalidTemplateID"
    review.approve(factories.caller(account, "reviewer"), review=Review.objects.get(template=number))
    found = client.ListEmailTemplates(request("ListEmailTemplates", Limit=10, Offset=0))
    assert (found.TotalCount, found.TemplatesMetadata[0].TemplateStatus) == (1, 0)

    before = int(time.time())
    sent = client.SendEmail(request("SendEmail", **mail(address, number, Cc=["bob@customer.test"])))
    assert sent.MessageId.startswith(f"qcloudses-30-{account.app_id}-date-")
    assert QueueItem.objects.filter(account=account).count() == 2

    query = {"RequestDate": day(), "Offset": 0, "Limit": 10, "MessageId": sent.MessageId}
    rows = client.GetSendEmailStatus(request("GetSendEmailStatus", **query)).EmailStatusList
    assert {row.ToEmailAddress for row in rows} == {"ann@customer.test", "bob@customer.test"}
    for row in rows:
        assert (row.MessageId, row.FromEmailAddress, row.SendStatus, row.DeliverStatus) == (
            sent.MessageId,
            address,
            0,
            0,
        )
        assert before <= row.RequestTime <= time.time()
        assert (row.DeliverTime, row.UserOpened, row.UserClicked, row.UserComplained) == (0, False, False, False)


@pytest.mark.parametrize(
    "profile",
    [
        {"signMethod": "HmacSHA1"},
        {"signMethod": "HmacSHA256"},
        {"signMethod": "HmacSHA1", "method": "GET"},
        {"signMethod": "HmacSHA256", "method": "GET"},
        {"method": "GET"},
        {"unsignedPayload": True},
        {"unsignedPayload": True, "method": "GET"},
    ],
    ids=lambda profile: " ".join(map(str, profile.values())),
)
def test_every_way_of_signing_sends(sdk: Sdk, sender: str, template: int, profile: dict[str, Any]):
    subject = "Grüße & 你好 = 1+1 {{order}}"
    params = mail(sender, template, Subject=subject, Unsubscribe="2", TriggerType=1, Cc=["bob@customer.test"])
    sent = sdk(**profile).SendEmail(request("SendEmail", **params))
    submission = Submission.objects.get(message_id=sent.MessageId)
    assert submission.subject == subject
    assert {message.subject for message in submission.messages.all()} == {"Grüße & 你好 = 1+1 17"}
    assert (submission.to, submission.cc) == (["ann@customer.test"], ["bob@customer.test"])
    assert (submission.trigger_type, submission.unsubscribe) == (1, "2")
    assert submission.variables == {"name": "Ann", "order": "17"}


def test_everything_a_mail_may_carry_arrives(sdk: Sdk, sender: str, template: int):
    params = mail(
        sender,
        template,
        Bcc=["carl@customer.test"],
        ReplyToAddresses="help@shop.example",
        Attachments=[{"FileName": "terms.txt", "Content": base64.b64encode(b"terms").decode()}],
        SmtpMessageId="<17@shop.example>",
        SmtpHeaders='{"X-Campaign": "spring"}',
        HeaderFrom=f"Shop <{sender}>",
    )
    sent = sdk().SendEmail(request("SendEmail", **params))
    submission = Submission.objects.get(message_id=sent.MessageId)
    assert (submission.bcc, submission.reply_to) == (["carl@customer.test"], "help@shop.example")
    assert submission.headers == {"X-Campaign": "spring"}
    assert submission.header_message_id == "<17@shop.example>"
    assert sender in submission.header_from
    file = submission.attachments.get()
    assert (file.name, bytes(file.content)) == ("terms.txt", b"terms")


def test_a_number_for_unsubscribe_is_refused_in_the_originals_words(sdk: Sdk, sender: str, template: int):
    refused = refusal(sdk(), "SendEmail", **mail(sender, template, Unsubscribe=0))
    assert refused.get_code() == "InvalidParameter"
    assert refused.get_message() == (
        "The value type of parameter `Unsubscribe` is not valid, input type should be `string`"
    )
    assert not Submission.objects.exists()


def test_bare_scalars_pass_as_variables_as_programs_in_the_wild_send_them(sdk: Sdk, sender: str, template: int):
    params = mail(sender, template, Unsubscribe="0")
    params["Template"]["TemplateData"] = '{"name": true, "order": 10.50}'
    sent = sdk().SendEmail(request("SendEmail", **params))
    assert Submission.objects.get(message_id=sent.MessageId).variables == {"name": "true", "order": "10.50"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"FromEmailAddress": "nobody"}, "FailedOperation.IncorrectSender"),
        ({"FromEmailAddress": "a@not-ours.example"}, "FailedOperation.NotAuthenticatedSender"),
        ({"Destination": []}, "InvalidParameterValue.EmailAddressIsNULL"),
        ({"Destination": [f"a{n}@customer.test" for n in range(51)]}, "FailedOperation.TooManyRecipients"),
        ({"Destination": ["no address"]}, "FailedOperation.IncorrectEmail"),
        ({"Template": None}, "FailedOperation.MissingEmailContent"),
        ({"Template": {"TemplateID": 9999999, "TemplateData": "{}"}}, "FailedOperation.InvalidTemplateID"),
        ({"Template": {"TemplateID": 0, "TemplateData": "{}"}}, "FailedOperation.InvalidTemplateID"),
        ({"Template": {"TemplateID": 2**64 - 1, "TemplateData": "{}"}}, "FailedOperation.InvalidTemplateID"),
        ({"Template": {"TemplateID": 2**64, "TemplateData": "{}"}}, "InvalidParameter"),
        ({"Template": {"TemplateID": -1, "TemplateData": "{}"}}, "InvalidParameter"),
        ({"Template": {"TemplateID": "1", "TemplateData": "{}"}}, "InvalidParameter"),
        ({"Template": {"TemplateID": 1, "TemplateData": {}}}, "InvalidParameter"),
        ({"Template": {"TemplateID": 1}}, "MissingParameter"),
        ({"Template": {"TemplateID": 1, "TemplateData": ""}}, "FailedOperation.MissingEmailContent"),
        ({"FromEmailAddress": ""}, "InvalidParameterValue.EmailAddressIsNULL"),
        ({"FromEmailAddress": None}, "MissingParameter"),
        ({"Destination": "ann@customer.test"}, "InvalidParameter"),
        ({"Destination": [""]}, "InvalidParameterValue.EmailAddressIsNULL"),
        ({"TriggerType": "1"}, "InvalidParameter"),
        ({"Unsubscribe": 0}, "InvalidParameter"),
        ({"Unsubscribe": True, "Subject": None}, "MissingParameter"),
        ({"Template": {"TemplateData": "{}"}}, "MissingParameter"),
        ({"Simple": {"Text": "aGk="}}, "FailedOperation.WithOutPermission"),
        ({"Template": None, "Simple": {"Text": "aGk="}}, "FailedOperation.WithOutPermission"),
        ({"Subject": None}, "MissingParameter"),
        ({"Subject": ""}, "InvalidParameterValue"),
        ({"Subject": 7}, "InvalidParameter"),
        ({"TriggerType": 2}, "InvalidParameterValue"),
        ({"Unsubscribe": "13"}, "InvalidParameterValue"),
        ({"Attachments": [{"Content": "aGk="}]}, "MissingParameter"),
        ({"Attachments": [{"FileName": "a.txt"}]}, "InvalidParameterValue.AttachContentIsWrong"),
        ({"Attachments": [{"FileName": "a.txt", "Content": "%%"}]}, "InvalidParameterValue.AttachContentIsWrong"),
        ({"Attachments": [{"FileName": "a.exe", "Content": "aGk="}]}, "FailedOperation.InvalidAttachName"),
        ({"Attachments": [{"FileName": "a.txt", "FileURL": "http://x"}]}, "FailedOperation.FileURLNotExist"),
        ({"Attachments": [{"FileName": "a.txt", "Content": "aGk="}] * 11}, "FailedOperation.TooManyAttachments"),
        ({"SmtpHeaders": "X-A: b"}, "InvalidParameterValue"),
        ({"SmtpHeaders": '{"Bcc": "eve@evil.test"}'}, "InvalidParameterValue"),
        ({"SmtpMessageId": "17"}, "InvalidParameterValue"),
        ({"HeaderFrom": "ceo@bank.example"}, "FailedOperation.IncorrectSender"),
    ],
)
def test_a_bad_mail_is_refused_with_its_code_and_nothing_is_stored(
    sdk: Sdk, sender: str, template: int, changed: dict[str, Any], code: str
):
    assert refusal(sdk(), "SendEmail", **mail(sender, template, **changed)).get_code() == code
    assert not Submission.objects.exists()
    assert not QueueItem.objects.exists()


@pytest.mark.parametrize("data", ["{", "[]", '{"name": "Ann"}', '{"name": ["Ann"], "order": 1}'])
def test_bad_variables_are_refused(sdk: Sdk, sender: str, template: int, data: str):
    params = mail(sender, template, Template={"TemplateID": template, "TemplateData": data})
    assert refusal(sdk(), "SendEmail", **params).get_code() == "FailedOperation.WrongContentJson"


def test_another_accounts_sender_and_template_are_not_ours(sdk: Sdk, sender: str, template: int):
    other = factories.account()
    theirs = factories.address(factories.domain(other)).address
    refused = refusal(sdk(), "SendEmail", **mail(theirs, template))
    assert refused.get_code() == "FailedOperation.NotAuthenticatedSender"
    refused = refusal(sdk(), "SendEmail", **mail(sender, factories.template(other).pk))
    assert refused.get_code() == "FailedOperation.InvalidTemplateID"


def test_a_barred_recipient_is_told_and_shows_in_the_status(sdk: Sdk, account: Account, sender: str, template: int):
    factories.block(account, address="ann@customer.test")
    refused = refusal(sdk(), "SendEmail", **mail(sender, template))
    assert refused.get_code() == "FailedOperation.EmailAddrInBlacklist"
    query = {"RequestDate": day(), "Offset": 0, "Limit": 10, "ToEmailAddress": "ann@customer.test"}
    (row,) = sdk().GetSendEmailStatus(request("GetSendEmailStatus", **query)).EmailStatusList
    assert (row.SendStatus, row.DeliverStatus) == (1007, 2)
    assert row.DeliverMessage


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"RequestDate": "yesterday"}, "InvalidParameterValue.WrongDate"),
        ({"RequestDate": "2026-02-30"}, "InvalidParameterValue.WrongDate"),
        ({"RequestDate": "20260101"}, "InvalidParameterValue.WrongDate"),
        ({"RequestDate": "in two days"}, "InvalidParameterValue.WrongDate"),
        ({"RequestDate": "32 days ago"}, "FailedOperation.NotSupportDate"),
        ({"Limit": 101}, "FailedOperation.InvalidLimit"),
        ({"Limit": None}, "MissingParameter"),
        ({"Offset": None}, "MissingParameter"),
        ({"Offset": -1}, "InvalidParameter"),
        ({"Limit": "10"}, "InvalidParameter"),
    ],
)
def test_a_bad_question_about_status_is_refused(sdk: Sdk, query: dict[str, Any], code: str):
    params = {"RequestDate": day(), "Offset": 0, "Limit": 10, **query}
    params["RequestDate"] = {"in two days": day(2), "32 days ago": day(-32)}.get(
        params["RequestDate"], params["RequestDate"]
    )
    assert refusal(sdk(), "GetSendEmailStatus", **params).get_code() == code


def test_status_is_paged_and_never_anothers(sdk: Sdk, account: Account):
    for n in range(3):
        factories.message(account, recipient=f"r{n}@customer.test")
    factories.message(factories.account())
    assert Message.objects.count() == 4

    def page(offset: int, limit: int) -> list[str]:
        query = {"RequestDate": day(), "Offset": offset, "Limit": limit}
        found = sdk().GetSendEmailStatus(request("GetSendEmailStatus", **query))
        return [row.ToEmailAddress for row in found.EmailStatusList]

    assert len(page(0, 2)) == 2
    assert len(page(0, 2) + page(2, 2)) == len({*page(0, 2), *page(2, 2)}) == 3
    assert page(0, 0) == page(3, 10) == []


def test_an_unknown_message_has_no_rows(sdk: Sdk):
    query = {"RequestDate": day(), "Offset": 0, "Limit": 10, "MessageId": "qcloudses-30-1-date-x"}
    assert sdk().GetSendEmailStatus(request("GetSendEmailStatus", **query)).EmailStatusList == []


def test_wrong_credentials_raise_their_codes(sdk: Sdk, key: ApiKey):
    for client, code in (
        (sdk(secret_key="wrong"), "AuthFailure.SignatureFailure"),
        (sdk(secret_id="AKIDnobody"), "AuthFailure.SecretIdNotFound"),
        (sdk(region=""), "MissingParameter"),
        (sdk(region="eu-frankfurt"), "UnsupportedRegion"),
        (sdk(signMethod="HmacSHA1", secret_key="wrong"), "AuthFailure.SignatureFailure"),
    ):
        assert refusal(client, "ListEmailAddress").get_code() == code


@pytest.mark.parametrize("action", ["GetEmailIdentity", "UpdateEmailIdentity"])
@pytest.mark.parametrize("name", ["", "not a domain", "none.example", "a@b.example", "xn--", "-.example", "1" * 300])
def test_a_domain_that_is_none_of_ours_does_not_exist(sdk: Sdk, action: str, name: str):
    assert refusal(sdk(), action, EmailIdentity=name).get_code() == "InvalidParameterValue.NotExistDomain"


def test_a_key_that_was_never_made_is_not_applied(sdk: Sdk, account: Account):
    name = factories.domain(account).name
    for option in (2, 0):
        refused = refusal(sdk(), "UpdateEmailIdentity", EmailIdentity=name, DKIMOption=option)
        assert refused.get_code() == "FailedOperation.DKIMNotApplied"
    refused = refusal(sdk(), "UpdateEmailIdentity", EmailIdentity=name, DKIMOption=3)
    assert refused.get_code() == "InvalidParameterValue"


def test_a_disabled_key_is_refused(sdk: Sdk, key: ApiKey):
    client = sdk()
    client.ListEmailAddress(request("ListEmailAddress"))
    ApiKey.objects.filter(pk=key.pk).update(enabled=False)
    assert refusal(client, "ListEmailAddress").get_code() == "AuthFailure.SecretIdNotFound"


def test_an_action_that_is_not_there_is_refused(sdk: Sdk):
    assert refusal(sdk(), "GetAbuseReport", StartTime="2026-01-01", EndTime="2026-01-02").get_code() == "InvalidAction"


def test_a_request_over_eight_megabytes_is_refused(sdk: Sdk, sender: str, template: int):
    content = base64.b64encode(b"x" * (7 * 1024 * 1024)).decode()
    params = mail(sender, template, Attachments=[{"FileName": "a.txt", "Content": content}])
    assert refusal(sdk(), "SendEmail", **params).get_code() == "RequestSizeLimitExceeded"


def test_files_over_four_megabytes_are_refused(sdk: Sdk, sender: str, template: int):
    content = base64.b64encode(b"x" * (4 * 1024 * 1024 + 1)).decode()
    params = mail(sender, template, Attachments=[{"FileName": "a.txt", "Content": content}])
    assert refusal(sdk(), "SendEmail", **params).get_code() == "FailedOperation.AttachContentToolarge"


def test_calls_in_parallel_never_pass_the_rate(sdk: Sdk, account: Account):
    def call(_: int) -> str | None:
        try:
            sdk().ListEmailAddress(request("ListEmailAddress"))
        except TencentCloudSDKException as refused:
            return str(refused.get_code())
        return None

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(call, range(120)))
    used = list(Allowance.objects.filter(key=f"api:{account.pk}:ListEmailAddress").values_list("used", flat=True))
    assert max(used) <= 20
    assert codes.count(None) == sum(used)
    assert set(codes) <= {None, "RequestLimitExceeded"}
