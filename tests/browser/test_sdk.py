"""A program of the official SDK, unchanged but for its endpoint, beside people at the console."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.ses.v20201002 import models
from tencentcloud.ses.v20201002.ses_client import SesClient

from tests.browser.conftest import Person
from tests.browser.test_walk import LETTER, open_row
from tests.product import Product
from tests.waiting import WAIT_SECONDS, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tencentcloud"),
]

DOMAIN = "news.program.test"
SENDER = f"robot@{DOMAIN}"
TEMPLATE = "Letter of a program"
WAITING, DELIVERED, BOUNCED = 0, 1, 3


def call(client: SesClient, name: str, **params: Any) -> Any:
    """Return the SDK's answer to an action."""
    asked = getattr(models, f"{name}Request")()
    asked.from_json_string(json.dumps(params))
    return getattr(client, name)(asked)


def test_a_program_and_people_bring_a_mail_to_its_end(people: Callable[..., Person], product: Product) -> None:
    known = product.demo["api"]
    http = HttpProfile(protocol="http", endpoint=known["endpoint"], reqTimeout=WAIT_SECONDS)
    profile = ClientProfile(httpProfile=http, language="en-US")
    client = SesClient(Credential(known["secret_id"], known["secret_key"]), "ap-hongkong", profile)

    assert not call(client, "CreateEmailIdentity", EmailIdentity=DOMAIN).VerifiedForSendingStatus
    assert not call(client, "UpdateEmailIdentity", EmailIdentity=DOMAIN).VerifiedForSendingStatus
    with pytest.raises(TencentCloudSDKException) as early:
        call(client, "CreateEmailAddress", EmailAddress=SENDER)
    assert early.value.get_code() == "OperationDenied.DomainNotVerified"
    publish(people("operator"))
    assert call(client, "UpdateEmailIdentity", EmailIdentity=DOMAIN).VerifiedForSendingStatus
    read = call(client, "GetEmailIdentity", EmailIdentity=DOMAIN)
    assert [record.Status for record in read.Attributes] == [True] * 4

    call(client, "CreateEmailAddress", EmailAddress=SENDER, EmailSenderName="Robot")
    content = {"Html": base64.b64encode(LETTER.encode()).decode()}
    template = call(client, "CreateEmailTemplate", TemplateName=TEMPLATE, TemplateContent=content).TemplateID
    assert call(client, "GetEmailTemplate", TemplateID=template).TemplateStatus == 1
    approve(people("reviewer"))
    assert call(client, "GetEmailTemplate", TemplateID=template).TemplateStatus == 0

    before = int(time.time())
    sent = call(
        client,
        "SendEmail",
        FromEmailAddress=f"Robot <{SENDER}>",
        Subject="For {{name}}",
        Destination=["delivered@program.test", "full@program.test"],
        Template={"TemplateID": template, "TemplateData": json.dumps({"name": "Ada"})},
    )
    rows = wait_for_the_end(client, sent.MessageId)
    assert {to: row.DeliverStatus for to, row in rows.items()} == {
        "delivered@program.test": DELIVERED,
        "full@program.test": BOUNCED,
    }
    assert "552 5.2.2" in rows["full@program.test"].DeliverMessage
    assert before <= rows["delivered@program.test"].DeliverTime <= time.time()


def publish(operator: Person) -> None:
    operator.go("/domains/")
    open_row(operator.page, DOMAIN)
    operator.page.get_by_role("button", name="Publish in the simulator").click()
    expect(operator.page.get_by_text("The records were added to the simulator")).to_be_visible()


def approve(reviewer: Person) -> None:
    reviewer.go("/review/")
    open_row(reviewer.page, TEMPLATE)
    reviewer.page.get_by_role("button", name="Approve").click()
    expect(reviewer.page.get_by_text("is approved and can be sent")).to_be_visible()


def wait_for_the_end(client: SesClient, message_id: str) -> dict[str, Any]:
    """Return the status rows by recipient once none of them waits."""
    # The day is the one of acceptance, in UTC+8: it may be over by now.
    accepted = message_id.partition("-date-")[2]
    day = f"{accepted[:4]}-{accepted[4:6]}-{accepted[6:8]}"
    query = {"RequestDate": day, "Offset": 0, "Limit": 10, "MessageId": message_id}
    rows: list[Any] = []

    def have_ended() -> bool:
        rows[:] = call(client, "GetSendEmailStatus", **query).EmailStatusList
        return len(rows) == 2 and all(row.DeliverStatus != WAITING for row in rows)

    until(have_ended, "both emails to come to an end")
    return {row.ToEmailAddress: row for row in rows}
