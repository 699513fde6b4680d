"""Sender addresses: add one on a verified domain, delete one."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.mail.addresses import Mailbox, parse_bare
from accounts.mail.text import check_name
from accounts.scoping import visible
from domains.models import SenderAddress, SenderDomain

MAX_NAME = 100
# They would end or split the From header a name stands in.
_NOT_IN_NAMES = frozenset(':<>"\\')


def create(caller: Caller, *, address: str, name: str = "") -> SenderAddress:
    """Add a sender address; its domain must be a verified one of the account, whatever the case of its letters."""
    caller.require("addresses.edit")
    mailbox = _mailbox(address)
    domain_name, full = mailbox.domain, mailbox.address
    name = _valid_name(name)
    with transaction.atomic():
        # One creation at a time on a domain, so that its limit holds and it stays while the address is made.
        locked = SenderDomain.objects.select_for_update(no_key=True).filter(name=domain_name)
        domain = visible(locked, caller).first()
        if domain is None or not domain.may_send:
            raise Refused(
                "OperationDenied.DomainNotVerified",
                _("%(domain)s is not a verified sender domain of this account. Add it and verify its DNS records.")
                % {"domain": domain_name},
                field="address",
            )
        taken = domain.addresses.alias(any_case=Lower("address")).filter(any_case=mailbox.key.text)
        if taken.exists():
            raise _repeated(full)
        limit = settings.RULES.addresses_per_domain
        if domain.addresses.count() >= limit:
            raise Refused(
                "OperationDenied.ExceedSenderLimit",
                _("%(domain)s already has %(limit)d sender addresses, the maximum. Delete one first.")
                % {"domain": domain_name, "limit": limit},
                field="address",
            )
        try:
            with transaction.atomic():
                row = SenderAddress.objects.create(account=caller.account, domain=domain, address=full, name=name)
        except IntegrityError:
            raise _repeated(full) from None
        audit.log(caller, "addresses.create", full, name=name)
    return row


def delete(caller: Caller, *, address: SenderAddress) -> None:
    """Remove a sender address; mail already accepted from it still goes out."""
    caller.require("addresses.edit")
    with transaction.atomic():
        audit.log(caller, "addresses.delete", address.address)
        address.delete()


def _mailbox(address: str) -> Mailbox:
    try:
        return parse_bare(address)
    except ValueError as error:
        raise Refused("InvalidParameterValue.IllegalEmailAddress", str(error), field="address") from None


def _valid_name(name: str) -> str:
    name = name.strip()
    marks = _NOT_IN_NAMES & set(name)
    if marks:
        quoted = ", ".join(f'"{mark}"' for mark in sorted(marks))
        raise _illegal_name(_("A sender name cannot contain %(marks)s.") % {"marks": quoted})
    try:
        check_name(name, _("The sender name"))
    except ValueError as error:
        raise _illegal_name(str(error)) from None
    if len(name) > MAX_NAME:
        raise _illegal_name(_("A sender name can have at most %(limit)d characters.") % {"limit": MAX_NAME})
    return name


def _illegal_name(message: str) -> Refused:
    return Refused("InvalidParameterValue.IllegalSenderName", message, field="name")


def _repeated(address: str) -> Refused:
    return Refused(
        "InvalidParameterValue.RepeatEmailAddress",
        _("%(name)s already exists.") % {"name": address},
        field="address",
    )
