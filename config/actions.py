"""The actions of the API by name: one line each."""

from __future__ import annotations

from accounts.api.action import Action
from domains.api import (
    CreateEmailAddress,
    CreateEmailIdentity,
    GetEmailIdentity,
    ListEmailAddress,
    ListEmailIdentities,
    UpdateEmailIdentity,
)
from sending.api import GetSendEmailStatus, SendEmail
from templates_app.api import CreateEmailTemplate, GetEmailTemplate, ListEmailTemplates

ACTIONS: dict[str, type[Action]] = {
    "CreateEmailAddress": CreateEmailAddress,
    "CreateEmailIdentity": CreateEmailIdentity,
    "CreateEmailTemplate": CreateEmailTemplate,
    "GetEmailIdentity": GetEmailIdentity,
    "GetEmailTemplate": GetEmailTemplate,
    "GetSendEmailStatus": GetSendEmailStatus,
    "ListEmailAddress": ListEmailAddress,
    "ListEmailIdentities": ListEmailIdentities,
    "ListEmailTemplates": ListEmailTemplates,
    "SendEmail": SendEmail,
    "UpdateEmailIdentity": UpdateEmailIdentity,
}
