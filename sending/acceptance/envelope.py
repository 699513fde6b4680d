"""Gates about the sender and the recipients."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext

from accounts.errors import Refused
from accounts.mail import addresses
from accounts.mail.addresses import AddressKey
from accounts.models import Account
from domains.queries import sender
from sending.acceptance.case import Case, GateFinding, Recipient, listed


def account_active(case: Case) -> GateFinding:
    """A suspended account sends nothing."""
    if case.account.status != Account.Status.ACTIVE:
        reason = case.account.status_reason
        message = (
            gettext("Sending is suspended for this account (%(reason)s). Contact the platform's staff.")
            % {"reason": reason}
            if reason
            else gettext("Sending is suspended for this account. Contact the platform's staff.")
        )
        raise Refused("FailedOperation.SendEmailErr", message)
    return GateFinding(case.account.status, Account.Status.ACTIVE.value)


def sender_format(case: Case) -> GateFinding:
    """From is an address, alone or behind an alias."""
    try:
        case.mailbox = addresses.parse(case.draft.from_address)
    except ValueError as fault:
        message = gettext("From: %(error)s") % {"error": fault}
        raise Refused("FailedOperation.IncorrectSender", message, field="from_address") from None
    return GateFinding(case.mailbox.address)


def sender_verified(case: Case) -> GateFinding:
    """From is one of the account's addresses, and its domain is verified."""
    found = sender(case.account.pk, case.mailbox.address)
    if found is None:
        raise Refused(
            "FailedOperation.NotAuthenticatedSender",
            gettext(
                "%(address)s is not a sender address of this account. Create it, or send from one of your addresses."
            )
            % {"address": case.mailbox.address},
            field="from_address",
        )
    if not found.domain.may_send:
        raise Refused(
            "FailedOperation.NotAuthenticatedSender",
            gettext("The domain %(domain)s is not verified. Add its DNS records and verify it.")
            % {"domain": found.domain.name},
            field="from_address",
        )
    case.sender = found
    return GateFinding(found.domain.state, "verified")


def header_from(case: Case) -> GateFinding | None:
    """A From header of the client's own shows the sender's domain."""
    text = case.draft.header_from
    if not text:
        return None
    try:
        shown = addresses.parse(text)
    except ValueError as fault:
        message = gettext("HeaderFrom: %(error)s") % {"error": fault}
        raise Refused("FailedOperation.IncorrectSender", message, field="header_from") from None
    if shown.domain != case.sender.domain.name:
        raise Refused(
            "FailedOperation.IncorrectSender",
            gettext("HeaderFrom has the domain %(shown)s, the sender has %(sender)s. Use the same domain for both.")
            % {"shown": shown.domain, "sender": case.sender.domain.name},
            field="header_from",
        )
    case.header_from = shown.text
    return GateFinding(shown.domain, case.sender.domain.name)


def reply_to(case: Case) -> GateFinding | None:
    """Replies go to one address."""
    if not case.draft.reply_to:
        return None
    try:
        mailbox = addresses.parse(case.draft.reply_to)
    except ValueError as fault:
        message = gettext("ReplyToAddresses: %(error)s") % {"error": fault}
        raise Refused("InvalidParameterValue.IllegalEmailAddress", message, field="reply_to") from None
    case.reply_to = mailbox.text
    return GateFinding(mailbox.address)


def recipients_present(case: Case) -> GateFinding:
    """There is a recipient, and none is empty."""
    recipients = [*case.draft.to, *case.draft.cc, *case.draft.bcc]
    if not recipients or not all(recipients):
        raise Refused(
            "InvalidParameterValue.EmailAddressIsNULL",
            gettext("There is no recipient, or an empty one. Enter at least one address."),
            field="to",
        )
    return GateFinding(len(recipients), 1)


def recipients_number(case: Case) -> GateFinding:
    """No list is too long."""
    rules, draft = settings.RULES, case.draft
    lists = (
        ("to", draft.to, rules.to_per_mail),
        ("cc", draft.cc, rules.cc_per_mail),
        ("bcc", draft.bcc, rules.bcc_per_mail),
    )
    for name, given, limit in lists:
        if len(given) > limit:
            raise Refused(
                "FailedOperation.TooManyRecipients",
                gettext("%(field)s has %(count)d addresses; %(limit)d are allowed. Send several emails.")
                % {"field": name.capitalize(), "count": len(given), "limit": limit},
                field=name,
            )
    return GateFinding(
        f"{len(draft.to)}, {len(draft.cc)}, {len(draft.bcc)}", ", ".join(str(limit) for *_, limit in lists)
    )


def recipients_format(case: Case) -> GateFinding:
    """Every recipient is an address; none gets two copies, and none of Bcc is also in To or Cc."""
    case.to, case.cc, case.bcc = (
        _read(name, given) for name, given in (("to", case.draft.to), ("cc", case.draft.cc), ("bcc", case.draft.bcc))
    )
    shown = {recipient.key for recipient in case.to}
    case.cc = [recipient for recipient in case.cc if recipient.key not in shown]
    shown |= {recipient.key for recipient in case.cc}
    repeated = [recipient.mailbox.address for recipient in case.bcc if recipient.key in shown]
    if repeated:
        raise Refused(
            "InvalidParameterValue.ReceiverEmailInvalid",
            gettext("Bcc repeats recipients of To or Cc: %(addresses)s. Enter each address only once.")
            % {"addresses": listed(repeated)},
            field="bcc",
        )
    return GateFinding(len(case.recipients))


def _read(name: str, given: Sequence[str]) -> list[Recipient]:
    """Return the distinct recipients; raise Refused naming those that are no addresses."""
    read: dict[AddressKey, Recipient] = {}
    faults: dict[str, str] = {}
    for text in given:
        try:
            mailbox = addresses.parse_bare(text)
        except ValueError as fault:
            faults[text] = str(fault)
        else:
            read.setdefault(mailbox.key, Recipient(mailbox, mailbox.key))
    if faults:
        raise Refused(
            "FailedOperation.IncorrectEmail",
            gettext("Not an email address: %(addresses)s. %(error)s")
            % {"addresses": listed(faults), "error": next(iter(faults.values()))},
            field=name,
        )
    return list(read.values())
