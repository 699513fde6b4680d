"""API actions of templates.

For the API a template begins when it is submitted: drafts are not listed. A draft that follows an approved version
shows that version, because that is what a program can send.
"""

from __future__ import annotations

import base64
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.api import paging
from accounts.api.action import Action
from accounts.api.fields import Base64, Integer, Params, Text
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.scoping import visible
from templates_app import review
from templates_app.models import Review, Template, Version

STATUS = {Template.State.APPROVED: 0, Template.State.IN_REVIEW: 1, Template.State.REJECTED: 2}


class Content(Params):
    """The two texts of a template, each in base64."""

    Html = Base64(required=False)
    Text = Base64(required=False)


class CreateEmailTemplate(Action):
    """Create a template and submit it; what breaks a rule of the review is rejected at once, and has its id."""

    codes = {
        "TemplateContent.Html": "InvalidParameterValue.TemplateContentIsWrong",
        "TemplateContent.Text": "InvalidParameterValue.TemplateContentIsWrong",
    }

    class Input(Params):
        TemplateName = Text()
        TemplateContent = Content()

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        content = data["TemplateContent"]
        html, text = (_text(content.get(name, b""), name) for name in ("Html", "Text"))
        with transaction.atomic():
            template = review.create(caller, name=data["TemplateName"], html=html, text=text)
            review.submit(caller, template=template)
        return {"TemplateID": template.pk}


class GetEmailTemplate(Action):
    """Read a template's content and state."""

    codes = {"TemplateID": "InvalidParameterValue.TemplateNotExist"}

    class Input(Params):
        TemplateID = Integer()

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        caller.require("templates.view")
        rows = visible(Template.objects.select_related("latest", "approved"), caller)
        template = rows.filter(pk=data["TemplateID"]).first()
        if template is None:
            raise Refused(
                "InvalidParameterValue.TemplateNotExist",
                _("This account has no template %(id)d.") % {"id": data["TemplateID"]},
                field="TemplateID",
            )
        version = visible_version(template)
        if version is None:
            raise Refused(
                "InvalidParameterValue.TemplateNotExist",
                _("Template %(id)d is a draft. Submit it for review in the console first.") % {"id": template.pk},
                field="TemplateID",
            )
        return {
            "TemplateContent": {"Html": _base64(version.html), "Text": _base64(version.text)},
            "TemplateStatus": status_number(template),
            "TemplateName": template.name,
        }


class ListEmailTemplates(Action):
    """Page through the templates, newest first."""

    codes = paging.CODES
    Input = paging.PageInput

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        caller.require("templates.view")
        known = ~Q(state=Template.State.DRAFT) | Q(approved__isnull=False)
        rows = visible(Template.objects.filter(known).order_by("-pk"), caller)
        page = list(rows[data["Offset"] : data["Offset"] + data["Limit"]])
        reasons = _reasons(page)
        return {
            "TemplatesMetadata": [
                {
                    "TemplateID": template.pk,
                    "CreatedTimestamp": int(template.created_at.timestamp()),
                    "TemplateName": template.name,
                    "ReviewReason": reasons.get(template.pk, ""),
                    "TemplateStatus": status_number(template),
                }
                for template in page
            ],
            "TotalCount": rows.count(),
        }


def status_number(template: Template) -> int:
    """Return the API's number: that of the latest submitted version, 0 for a draft that follows an approved one."""
    return STATUS.get(Template.State(template.state), STATUS[Template.State.APPROVED])


def visible_version(template: Template) -> Version | None:
    """Return the version that the API shows; None for a draft that was never approved."""
    return template.approved if template.state == Template.State.DRAFT else template.latest


def _reasons(templates: list[Template]) -> dict[int, str]:
    """Return why each template's visible version was decided so; an approval without a reason reads "Approved"."""
    versions = [
        template.approved_id if template.state == Template.State.DRAFT else template.latest_id for template in templates
    ]
    decided = Review.objects.filter(version__in=versions, decided_at__isnull=False).order_by("pk")
    return {
        row.template_id: row.translated_reason or (_("Approved") if row.state == Review.State.APPROVED else "")
        for row in decided
    }


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        path = f"TemplateContent.{name}"
        raise Refused(
            "InvalidParameterValue.TemplateContentIsWrong",
            _("`%(name)s` is not UTF-8 text.") % {"name": path},
            field=path,
        ) from None


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
