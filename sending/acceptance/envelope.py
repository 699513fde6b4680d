"""Who sends, and to whom."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from accounts.errors import Refused
from accounts.mail import addresses
from accounts.models import Account
from domains.queries import sender
from sending.acceptance.case import Case, GateFinding, Recipient, listed


def account_active(case: Case) -> GateFinding:
    """A suspended account sends nothing."""
    if case.account.status != Account.Status.ACTIVE:
        why = f" Reason: {case.account.status_reason}." if case.account.status_reason else ""
        raise Refused(
            "FailedOperation.SendEmailErr", f"Sending is stopped for this account.{why} Ask the platform's staff."
        )
    return GateFinding(case.account.status, Account.Status.ACTIVE.value)


def sender_format(case: Case) -> GateFinding:
    """From is an address, alone or behind an alias."""
    try:
        case.mailbox = addresses.parse(case.draft.from_address)
    except ValueError as fault:
        raise Refused("FailedOperation.IncorrectSender", f"From: {fault}", field="from_address") from None
    return GateFinding(case.mailbox.address)


def sender_verified(case: Case) -> GateFinding:
    """From is one of the account's addresses, and its domain is verified."""
    found = sender(case.account.pk, case.mailbox.address)
    if found is None:
        raise Refused(
            "FailedOperation.NotAuthenticatedSender",
            f"{case.mailbox.address} is no sender address of this account. Create it, or send from one that is.",
            field="from_address",
        )
    if not found.domain.may_send:
        raise Refused(
            "FailedOperation.NotAuthenticatedSender",
            f"The domain {found.domain.name} is not verified. Publish its DNS records and check them.",
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
        raise Refused("FailedOperation.IncorrectSender", f"HeaderFrom: {fault}", field="header_from") from None
    if shown.domain != case.sender.domain.name:
        raise Refused(
            "FailedOperation.IncorrectSender",
            f"HeaderFrom has the domain {shown.domain}, the sender {case.sender.domain.name}. Use one domain for both.",
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
        raise Refused(
            "InvalidParameterValue.IllegalEmailAddress", f"ReplyToAddresses: {fault}", field="reply_to"
        ) from None
    case.reply_to = mailbox.text
    return GateFinding(mailbox.address)


def recipients_present(case: Case) -> GateFinding:
    """Somebody is to get the mail."""
    everybody = [*case.draft.to, *case.draft.cc, *case.draft.bcc]
    if not everybody or not all(everybody):
        raise Refused(
            "InvalidParameterValue.EmailAddressIsNULL",
            "A recipient is empty or there is none. Give at least one address.",
            field="to",
        )
    return GateFinding(len(everybody), 1)


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
                f"{name.capitalize()} has {len(given)} addresses; {limit} are allowed. Send several mails.",
                field=name,
            )
    return GateFinding(
        f"{len(draft.to)}, {len(draft.cc)}, {len(draft.bcc)}", ", ".join(str(limit) for *_, limit in lists)
    )


def recipients_format(case: Case) -> GateFinding:
    """Every recipient is an address; nobody gets two copies, and no hidden one is also in sight."""
    case.to, case.cc, case.bcc = (
        _read(name, given) for name, given in (("to", case.draft.to), ("cc", case.draft.cc), ("bcc", case.draft.bcc))
    )
    shown = {recipient.key for recipient in case.to}
    case.cc = [recipient for recipient in case.cc if recipient.key not in shown]
    shown |= {recipient.key for recipient in case.cc}
    twice = [recipient.mailbox.address for recipient in case.bcc if recipient.key in shown]
    if twice:
        raise Refused(
            "InvalidParameterValue.ReceiverEmailInvalid",
            f"Bcc repeats recipients of To or Cc: {listed(twice)}. Name each once.",
            field="bcc",
        )
    return GateFinding(f"{len(case.recipients)} distinct")


def _read(name: str, given: Sequence[str]) -> list[Recipient]:
    """Return the distinct recipients; raise Refused naming those that are no addresses."""
    read: dict[str, Recipient] = {}
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
            f"Not an address: {listed(faults)}. {next(iter(faults.values()))}",
            field=name,
        )
    return list(read.values())
