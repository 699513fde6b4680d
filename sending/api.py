"""API actions of sending: SendEmail and GetSendEmailStatus."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from accounts.api import paging
from accounts.api.action import Action
from accounts.api.fields import Base64, Integer, ParamList, Params, Text
from accounts.caller import Caller
from accounts.errors import Refused
from sending import queries
from sending.acceptance.accept import accept
from sending.acceptance.draft import Draft, File
from sending.acceptance.json_values import headers, variables
from sending.models import Message
from sending.models.ids import CHINA

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class TemplateInput(Params):
    """Which template, and its variables as a JSON object in a string."""

    TemplateID = Integer()
    TemplateData = Text(lines=True)


class SimpleInput(Params):
    """Content without a template; known so that it can be refused by its own code."""

    Html = Text(lines=True, required=False)
    Text = Text(lines=True, required=False)


class AttachmentInput(Params):
    """One file."""

    FileName = Text()
    Content = Base64(required=False)
    FileURL = Text(required=False)


class SendEmail(Action):
    """Accept one mail for all its recipients."""

    codes = {
        "Attachments.Content": "InvalidParameterValue.AttachContentIsWrong",
        "Template.TemplateID": "FailedOperation.InvalidTemplateID",
    }

    class Input(Params):
        FromEmailAddress = Text()
        Subject = Text()
        Destination = ParamList(child=Text(), required=False)
        ReplyToAddresses = Text(required=False)
        Cc = ParamList(child=Text(), required=False)
        Bcc = ParamList(child=Text(), required=False)
        Template = TemplateInput(required=False)
        Simple = SimpleInput(required=False)
        Attachments = ParamList(child=AttachmentInput(), required=False)
        Unsubscribe = Text(required=False)
        TriggerType = Integer(max_value=1, required=False)
        SmtpMessageId = Text(required=False)
        SmtpHeaders = Text(lines=True, required=False)
        HeaderFrom = Text(required=False)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        caller.require("messages.send")
        if "Simple" in data:
            raise Refused(
                "FailedOperation.WithOutPermission",
                gettext("Only emails from a template are sent. Leave Simple out and give an approved Template."),
                field="Simple",
            )
        if not data["FromEmailAddress"].strip():
            raise Refused(
                "InvalidParameterValue.EmailAddressIsNULL",
                gettext("There is no sender. Give one of your sender addresses."),
                field="FromEmailAddress",
            )
        template = data.get("Template", {})
        if template and not template["TemplateData"]:
            raise Refused(
                "FailedOperation.MissingEmailContent",
                gettext(
                    '`TemplateData` is empty. Give a JSON object in a string, "{}" when the template has no variables.'
                ),
                field="Template.TemplateData",
            )
        draft = Draft(
            from_address=data["FromEmailAddress"],
            subject=data["Subject"],
            to=tuple(data.get("Destination", ())),
            cc=tuple(data.get("Cc", ())),
            bcc=tuple(data.get("Bcc", ())),
            template_id=template.get("TemplateID"),
            variables=variables(template["TemplateData"]) if template else None,
            reply_to=data.get("ReplyToAddresses", ""),
            attachments=tuple(_file(index, file) for index, file in enumerate(data.get("Attachments", ()))),
            unsubscribe=data.get("Unsubscribe", "") or "0",
            trigger_type=data.get("TriggerType", 0),
            header_message_id=data.get("SmtpMessageId", ""),
            headers=headers(data.get("SmtpHeaders", "")),
            header_from=data.get("HeaderFrom", ""),
        )
        return {"MessageId": accept(caller, draft=draft).message_id}


class GetSendEmailStatus(Action):
    """Say what became of the mails of one day, a row for each recipient."""

    codes = paging.CODES

    class Input(paging.PageInput):
        RequestDate = Text()
        MessageId = Text(required=False)
        ToEmailAddress = Text(required=False)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        caller.require("messages.view")
        found = queries.statuses(
            caller,
            day=_day(data["RequestDate"], today=datetime.now(CHINA).date()),
            message_id=data.get("MessageId") or None,
            recipient=data.get("ToEmailAddress") or None,
            offset=data["Offset"],
            limit=data["Limit"],
        )
        return {"EmailStatusList": [_status(message) for message in found]}


def _file(index: int, file: dict[str, Any]) -> File:
    if file.get("FileURL"):
        raise Refused(
            "FailedOperation.FileURLNotExist",
            gettext("Files are not downloaded from URLs. Put the file into Content as base64 and leave FileURL out."),
            field=f"Attachments.{index}.FileURL",
        )
    if not file.get("Content"):
        raise Refused(
            "InvalidParameterValue.AttachContentIsWrong",
            gettext("`Attachments.%(index)d.Content` is empty. Put the file into it as base64.") % {"index": index},
            field=f"Attachments.{index}.Content",
        )
    return File(name=file["FileName"], content=file["Content"])


def _day(text: str, *, today: date) -> date:
    """Return the asked day; raise Refused when it is none, has not begun, or lies too far back."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise _wrong_date(gettext('`RequestDate` must be a date such as "2026-01-31" (in UTC+8).'))
    if day > today:
        raise _wrong_date(
            gettext("%(day)s is in the future. Today is %(today)s in UTC+8.") % {"day": day, "today": today}
        )
    if (today - day).days > settings.RULES.status_days:
        raise Refused(
            "FailedOperation.NotSupportDate",
            gettext("%(day)s is more than %(limit)d days ago. Ask for a later day.")
            % {"day": day, "limit": settings.RULES.status_days},
            field="RequestDate",
        )
    return day


def _wrong_date(message: str) -> Refused:
    return Refused("InvalidParameterValue.WrongDate", message, field="RequestDate")


def _status(message: Message) -> dict[str, Any]:
    complained = message.complained_at is not None
    return {
        "MessageId": message.message_id,
        "ToEmailAddress": message.recipient,
        "FromEmailAddress": message.from_address,
        "SendStatus": message.send_status,
        "DeliverStatus": message.deliver_status,
        "DeliverMessage": message.deliver_message,
        "RequestTime": int(message.accepted_at.timestamp()),
        "DeliverTime": int(message.delivered_at.timestamp()) if message.delivered_at else 0,
        "UserOpened": message.opened_at is not None,
        "UserClicked": message.clicked_at is not None,
        "UserUnsubscribed": message.unsubscribed_at is not None,
        # The old spelling stands beside the right one.
        "UserComplainted": complained,
        "UserComplained": complained,
    }
