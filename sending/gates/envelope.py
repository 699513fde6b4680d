"""Who sends, and to whom."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from accounts.errors import Refused
from accounts.mail import addresses
from accounts.models import Account
from domains.queries import sender
from sending.gates.case import Case, Recipient, Seen, listed


def account_active(case: Case) -> Seen:
    """A suspended account sends nothing."""
    if case.account.status != Account.Status.ACTIVE:
        why = f" Reason: {case.account.status_reason}." if case.account.status_reason else ""
        raise Refused(
            "FailedOperation.SendEmailErr", f"Sending is stopped for this account.{why} Ask the platform's staff."
        )
    return Seen(case.account.status, Account.Status.ACTIVE.value)


def sender_format(case: Case) -> Seen:
    """From is an address, alone or behind an alias."""
    try:
        case.mailbox = addresses.parse(case.draft.from_address)
    except ValueError as fault:
        raise Refused("FailedOperation.IncorrectSender", f"From: {fault}", field="from_address") from None
    return Seen(case.mailbox.address)


def sender_verified(case: Case) -> Seen:
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
    return Seen(found.domain.state, "verified")


def header_from(case: Case) -> Seen | None:
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
    return Seen(shown.domain, case.sender.domain.name)


def reply_to(case: Case) -> Seen | None:
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
    return Seen(mailbox.address)


def recipients_present(case: Case) -> Seen:
    """Somebody is to get the mail."""
    everybody = [*case.draft.to, *case.draft.cc, *case.draft.bcc]
    if not everybody or not all(everybody):
        raise Refused(
            "InvalidParameterValue.EmailAddressIsNULL",
            "A recipient is empty or there is none. Give at least one address.",
            field="to",
        )
    return Seen(len(everybody), 1)


def recipients_number(case: Case) -> Seen:
    """No list is too long."""
    rules, draft = settings.RULES, case.draft
    lists = (
        ("to", draft.to, rules.to_per_mail),
        ("cc", draft.cc, rules.cc_per_mail),
        ("bcc", draft.bcc, rules.bcc_per_mail),
    )
    for name, given, most in lists:
        if len(given) > most:
            raise Refused(
                "FailedOperation.TooManyRecipients",
                f"{name.capitalize()} has {len(given)} addresses; {most} are allowed. Send several mails.",
                field=name,
            )
    return Seen(f"{len(draft.to)}, {len(draft.cc)}, {len(draft.bcc)}", ", ".join(str(most) for *_, most in lists))


def recipients_format(case: Case) -> Seen:
    """Every recipient is an address; nobody gets two copies, and no hidden one is also in sight."""
    case.to, case.cc, case.bcc = (
        _read(name, given) for name, given in (("to", case.draft.to), ("cc", case.draft.cc), ("bcc", case.draft.bcc))
    )
    shown = {one.key for one in case.to}
    case.cc = [one for one in case.cc if one.key not in shown]
    shown |= {one.key for one in case.cc}
    twice = [one.mailbox.address for one in case.bcc if one.key in shown]
    if twice:
        raise Refused(
            "InvalidParameterValue.ReceiverEmailInvalid",
            f"Bcc repeats recipients of To or Cc: {listed(twice)}. Name each once.",
            field="bcc",
        )
    return Seen(f"{len(case.recipients)} distinct")


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
