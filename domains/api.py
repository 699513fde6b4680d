"""API actions of sender domains and sender addresses."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.api import paging
from accounts.api.action import Action
from accounts.api.fields import Boolean, Integer, ParamList, Params, Text
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.mail.host_names import host_name
from accounts.scoping import visible
from domains import addresses, sender_domains, verification
from domains.models import SenderAddress, SenderDomain
from domains.reputation import MAX_LEVEL, daily_quota
from domains.resolver import Resolver


class Tag(Params):
    """A cloud tag. Domains have no tags here, so they are only accepted as a filter."""

    TagKey = Text()
    TagValue = Text()


class CreateEmailIdentity(Action):
    """Add a sender domain and say which DNS records it needs."""

    class Input(Params):
        EmailIdentity = Text()
        DKIMOption = Integer(max_value=SenderDomain.DkimOption.RSA_2048, required=False)
        TagList = ParamList(child=Tag(), required=False)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("TagList"):
            raise Refused("UnsupportedOperation", _("Domains have no tags here. Leave `TagList` out."), field="TagList")
        option = SenderDomain.DkimOption(data.get("DKIMOption", SenderDomain.DkimOption.RSA_2048))
        return identity(sender_domains.create(caller, name=data["EmailIdentity"], dkim_option=option))


class GetEmailIdentity(Action):
    """Read a domain's records and state."""

    class Input(Params):
        EmailIdentity = Text()

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        caller.require("domains.view")
        return identity(domain_named(caller, data["EmailIdentity"])) | {"TagList": []}


class UpdateEmailIdentity(Action):
    """Check the DNS records now; with DKIMOption, change the key size first."""

    # None: the resolver that the settings name.
    resolver: Resolver | None = None

    class Input(Params):
        EmailIdentity = Text()
        # A switch of Tencent's own console; one way of verifying exists here.
        NewAPI = Boolean(required=False)
        # 2 asks for two keys.
        DKIMOption = Integer(max_value=2, required=False)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        domain = domain_named(caller, data["EmailIdentity"])
        if data.get("DKIMOption") == 2:
            raise Refused(
                "FailedOperation.DKIMNotApplied",
                _("A domain signs with one key here. Give DKIMOption 0 (1024 bit) or 1 (2048 bit)."),
                field="DKIMOption",
            )
        if "DKIMOption" in data and data["DKIMOption"] != domain.dkim_option:
            option = SenderDomain.DkimOption(data["DKIMOption"])
            domain = sender_domains.set_dkim_option(caller, domain=domain, dkim_option=option)
        return identity(verification.verify(caller, domain=domain, resolver=self.resolver))


class ListEmailIdentities(Action):
    """List the account's domains with level and daily volume; without Limit all of them."""

    codes = paging.CODES

    class Input(Params):
        TagList = ParamList(child=Tag(), required=False)
        Offset = Integer(required=False)
        Limit = paging.LimitParam(required=False)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        caller.require("domains.view")
        rows = visible(SenderDomain.objects.order_by("-pk"), caller)
        if data.get("TagList"):
            rows = rows.none()
        first = data.get("Offset", 0)
        shown = rows[first : first + data["Limit"]] if "Limit" in data else rows[first:]
        return {
            "EmailIdentities": [
                {
                    "IdentityName": domain.name,
                    "IdentityType": "DOMAIN",
                    "SendingEnabled": domain.may_send,
                    "CurrentReputationLevel": domain.reputation_level,
                    "DailyQuota": daily_quota(domain.reputation_level),
                    "SendIp": [],
                    "TagList": [],
                    "DKIMOption": domain.dkim_option,
                }
                for domain in shown
            ],
            "MaxReputationLevel": MAX_LEVEL,
            "MaxDailyQuota": daily_quota(MAX_LEVEL),
            "Total": rows.count(),
        }


class CreateEmailAddress(Action):
    """Add a sender address on a verified domain."""

    class Input(Params):
        EmailAddress = Text()
        EmailSenderName = Text(required=False)

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        addresses.create(caller, address=data["EmailAddress"], name=data.get("EmailSenderName", ""))
        return {}


class ListEmailAddress(Action):
    """List all sender addresses of the account."""

    def run(self, caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
        caller.require("domains.view")
        return {
            "EmailSenders": [
                {
                    "EmailAddress": sender.address,
                    "EmailSenderName": sender.name,
                    "CreatedTimestamp": int(sender.created_at.timestamp()),
                    "SmtpPwdType": int(bool(sender.smtp_password)),
                }
                for sender in visible(SenderAddress.objects.order_by("-pk"), caller)
            ]
        }


def domain_named(caller: Caller, name: str) -> SenderDomain:
    """Return the caller's domain of this name; raise Refused when the account has none."""
    try:
        host = host_name(name)
    except ValueError:
        # What can be no domain is none of this account either: these actions have no other code for it.
        host = ""
    domain = visible(SenderDomain.objects.all(), caller).filter(name=host).first()
    if domain is None:
        raise Refused(
            "InvalidParameterValue.NotExistDomain",
            _("This account has no such domain. Add it with CreateEmailIdentity first."),
            field="EmailIdentity",
        )
    return domain


def identity(domain: SenderDomain) -> dict[str, Any]:
    """Return what the API says about a domain and its records."""
    return {
        "IdentityType": "DOMAIN",
        "VerifiedForSendingStatus": domain.may_send,
        "Attributes": [
            {
                "Type": record.type,
                "SendDomain": record.host,
                "ExpectedValue": record.expected,
                "CurrentValue": record.seen,
                "Status": record.state == record.State.PASSED,
            }
            for record in domain.records.order_by("pk")
        ],
        "DKIMOption": domain.dkim_option,
    }
