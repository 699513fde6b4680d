"""Sender domains: create one, change its DKIM key, delete it."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit, notices
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.mail.host_names import MAX_LENGTH, host_name
from accounts.models import Account
from domains import dkim, records, states
from domains.models import DnsRecord, SenderDomain
from domains.verification import expected_records, locked

KEY_BITS = {SenderDomain.DkimOption.RSA_1024: 1024, SenderDomain.DkimOption.RSA_2048: 2048}


def create(caller: Caller, *, name: str, dkim_option: int = SenderDomain.DkimOption.RSA_2048) -> SenderDomain:
    """Add a sender domain with a key of its own and the four records to set; it waits for verification."""
    caller.require("domains.edit")
    name = _valid_name(name)
    bits = _bits(dkim_option)
    with transaction.atomic():
        # One creation at a time in an account, so that its limit holds.
        Account.objects.select_for_update(no_key=True).get(pk=caller.account.pk)
        _refuse_taken(caller, name)
        private, public = dkim.generate(bits)
        try:
            with transaction.atomic():
                domain = SenderDomain.objects.create(
                    account=caller.account,
                    name=name,
                    dkim_option=dkim_option,
                    dkim_selector=settings.DKIM_SELECTOR,
                    dkim_private_key=private,
                    dkim_public_key=public,
                    reputation_level=settings.RULES.domain_start_level,
                )
        except IntegrityError:
            # Another account created it at the same time.
            raise _created_by_other(name) from None
        DnsRecord.objects.bulk_create(_expected_rows(domain))
        audit.log(caller, "domains.create", name, dkim_bits=bits)
    return domain


def set_dkim_option(caller: Caller, *, domain: SenderDomain, dkim_option: int) -> SenderDomain:
    """Give the domain a new key of another size; its DKIM record has to be set anew.

    Only while it cannot send: one selector holds one key, so a domain that sends would go out with signatures
    nobody can check until DNS has followed. The present option again changes nothing.
    """
    caller.require("domains.edit")
    bits = _bits(dkim_option)
    with transaction.atomic():
        fresh = locked(domain)
        if fresh.dkim_option == dkim_option:
            return fresh
        if fresh.may_send:
            raise Refused(
                "FailedOperation.DKIMNotApplied",
                _(
                    "%(domain)s is verified and signs with its current key. "
                    "Add a subdomain with the other key size and send from it instead."
                )
                % {"domain": fresh.name},
                field="dkim_option",
            )
        fresh.dkim_option = dkim_option
        fresh.dkim_private_key, fresh.dkim_public_key = dkim.generate(bits)
        fresh.save(update_fields=["dkim_option", "dkim_private_key", "dkim_public_key"])
        for row in _expected_rows(fresh):
            if row.kind == DnsRecord.Kind.DKIM:
                fresh.records.filter(kind=row.kind).update(
                    expected=row.expected,
                    seen="",
                    reason="",
                    steps=[],
                    state=DnsRecord.State.UNCHECKED,
                    checked_at=None,
                )
        audit.log(caller, "domains.dkim_option", fresh.name, dkim_bits=bits)
    return fresh


def delete(caller: Caller, *, domain: SenderDomain) -> None:
    """Remove a domain that cannot send and has no sender addresses."""
    caller.require("domains.edit")
    with transaction.atomic():
        fresh = locked(domain)
        if fresh.addresses.exists():
            raise Refused(
                "OperationDenied.SenderWithDomainIsNotEmpty",
                _("%(domain)s still has sender addresses. Delete them first.") % {"domain": fresh.name},
            )
        if fresh.may_send:
            raise Refused(
                "OperationDenied.NotAllowDelete",
                _("%(domain)s is verified and cannot be deleted, because email already sent refers to it.")
                % {"domain": fresh.name},
            )
        notices.withdraw(fresh.account, subject=states.notice_subject(fresh))
        audit.log(caller, "domains.delete", fresh.name)
        fresh.delete()


def _expected_rows(domain: SenderDomain) -> list[DnsRecord]:
    return [
        DnsRecord(
            account_id=domain.account_id,
            domain=domain,
            kind=expected.kind,
            type=expected.type,
            host=expected.host,
            expected=expected.value,
        )
        for expected in expected_records(domain)
    ]


def _valid_name(text: str) -> str:
    try:
        name = host_name(text)
    except ValueError as error:
        raise Refused("InvalidParameterValue.InvalidEmailIdentity", str(error), field="name") from None
    if len(records.dkim_host(name, settings.DKIM_SELECTOR)) > MAX_LENGTH:
        raise Refused(
            "InvalidParameterValue.InvalidEmailIdentity",
            _("The domain name is too long: the host of its DKIM record would have more than %(limit)d characters.")
            % {"limit": MAX_LENGTH},
            field="name",
        )
    return name


def _refuse_taken(caller: Caller, name: str) -> None:
    holder = SenderDomain.objects.filter(name=name).values_list("account_id", flat=True).first()
    if holder == caller.account.pk:
        raise Refused(
            "InvalidParameterValue.RepeatCreation", _("%(name)s already exists.") % {"name": name}, field="name"
        )
    if holder is not None:
        raise _created_by_other(name)
    limit = settings.RULES.domains_per_account
    if SenderDomain.objects.filter(account=caller.account).count() >= limit:
        raise Refused(
            "OperationDenied.ExceedDomainLimit",
            _("This account already has %(limit)d sender domains, the maximum. Delete one that is not verified.")
            % {"limit": limit},
            field="name",
        )


def _created_by_other(name: str) -> Refused:
    return Refused(
        "InvalidParameterValue.CreatedByOther",
        _("%(domain)s belongs to another account. Ask its owner to delete it, or use a subdomain instead.")
        % {"domain": name},
        field="name",
    )


def _bits(dkim_option: int) -> int:
    try:
        return KEY_BITS[SenderDomain.DkimOption(dkim_option)]
    except ValueError:
        raise Refused(
            "InvalidParameterValue", _("The DKIM option must be 0 (1024 bit) or 1 (2048 bit)."), field="dkim_option"
        ) from None
