"""Erasing a person's data: whatever names the person goes, figures and blocks stay.

In the place of the address stands a keyed hash (`accounts.erased_addresses`), so that an unsubscription or complaint
that comes later still finds its email and binds. What was said in the emails, and by servers about them, is erased. An
email that still waits is left alone: it was accepted, and is delivered first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from accounts import audit
from accounts.caller import Caller, PlatformActor
from accounts.erased_addresses import pseudonyms
from accounts.errors import Refused
from accounts.mail.addresses import AddressKey, key_of
from accounts.models import Account, Allowance
from blocklist import erasing
from sending import sensitive
from sending.acceptance.limits import frequency_key
from sending.models import InboundReport, PostmasterMail, SimulatedMail
from sending.models.ids import SEQUENCE_BITS

RIGHT = "recipients.erase"
BATCH = 500
# Clocks of several machines allowed for, as in `queries`.
_EARLIER = 600_000 << SEQUENCE_BITS

_OF_PERSON = f"""
FROM sending_message AS m LEFT JOIN sending_submission AS s ON s.id = m.submission_id
WHERE m.account_id = %s AND lower(m.recipient) = %s AND {{condition}} {sensitive.is_waiting("s")}
"""
_WAITING = f"SELECT count(*) {_OF_PERSON.format(condition='')}"
# Locked in the order in which events lock them.
_DONE_WITH = f"""
SELECT m.id, m.submission_id {_OF_PERSON.format(condition="NOT")} ORDER BY m.id LIMIT {BATCH} FOR UPDATE OF m
"""


def _replaced(column: str) -> str:
    """Return SQL for a column's list of addresses with the person's replaced."""
    entry = "CASE WHEN lower(entry) = %(address)s THEN %(erased)s ELSE entry END"
    return (
        f"(SELECT coalesce(jsonb_agg({entry} ORDER BY number), '[]') "  # noqa: S608
        f"FROM jsonb_array_elements_text({column}) WITH ORDINALITY AS listed(entry, number))"
    )


_ERASE = (
    # The range lets the planner leave out the days' partitions that hold none of them.
    """
UPDATE sending_message SET recipient = %(erased)s, subject = %(mask)s, deliver_message = '', trace = '[]'
WHERE id BETWEEN %(first)s AND %(last)s AND id = ANY(%(messages)s)
""",
    """
UPDATE sending_event SET recipient = %(erased)s, reason = '', link = '', user_agent = ''
WHERE id >= %(floor)s AND message = ANY(%(messages)s)
""",
    "UPDATE sending_attempt SET reply = '', conversation = '' WHERE id >= %(floor)s AND message = ANY(%(messages)s)",
    "DELETE FROM sending_attachment WHERE submission_id = ANY(%(submissions)s)",
    f"""
UPDATE sending_submission SET "to" = {_replaced('"to"')}, cc = {_replaced("cc")}, bcc = {_replaced("bcc")},
    subject = %(mask)s, variables = '{{}}', sensitive = '{{}}', headers = '{{}}', is_content_erased = true
WHERE id = ANY(%(submissions)s)
""",  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: emails, and rows of the blocklists; and how many emails still wait to be sent."""

    emails: int = 0
    blocks: int = 0
    waiting: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(self.emails + other.emails, self.blocks + other.blocks, self.waiting + other.waiting)


def erase(caller: Caller, *, address: str) -> Erased:
    """Erase the data that the caller's account has of a person; the account's blocks of the address stay in force."""
    caller.require(RIGHT)
    key = _key(address)
    with transaction.atomic():
        erased = _erase(caller.account, key)
        audit.log(caller, "recipients.erase", pseudonyms(key)[0], **_figures(erased))
    return erased


def erase_everywhere(actor: PlatformActor, *, address: str) -> Erased:
    """Erase the data that all accounts, and the platform's postmaster, have of a person; all blocks stay in force."""
    key = _key(address)
    total = Erased()
    with transaction.atomic():
        for account in Account.objects.order_by("pk"):
            erased = _erase(account, key)
            if erased != Erased():
                audit.log_platform(actor, "recipients.erase", pseudonyms(key)[0], account=account, **_figures(erased))
            total += erased
        PostmasterMail.objects.filter(Exact(Lower("mail_from"), key.text)).delete()
        audit.log_platform(actor, "recipients.erase", pseudonyms(key)[0], **_figures(total))
    return total


def _key(address: str) -> AddressKey:
    try:
        return key_of(address.strip())
    except ValueError as error:
        raise Refused("InvalidParameterValue", str(error), field="address") from None


def _figures(erased: Erased) -> dict[str, Any]:
    return {"emails": erased.emails, "blocks": erased.blocks, "waiting": erased.waiting}


def _erase(account: Account, key: AddressKey) -> Erased:
    blocks = erasing.erase(account.pk, key)
    emails = 0
    while rows := _done_with(account, key):
        _erase_emails(account, key, rows)
        emails += len(rows)
    SimulatedMail.objects.filter(Exact(Lower("recipient"), key.text), account=account).delete()
    Allowance.objects.filter(key=frequency_key(account.pk, key)).delete()
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [account.pk, key.text])
        (waiting,) = cursor.fetchone()
    return Erased(emails, blocks, waiting)


def _done_with(account: Account, key: AddressKey) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_DONE_WITH, [account.pk, key.text])
        return [(message, submission) for message, submission in cursor.fetchall()]


def _erase_emails(account: Account, key: AddressKey, rows: Sequence[tuple[int, int]]) -> None:
    messages = [message for message, _ in rows]
    values: dict[str, Any] = {
        "address": key.text,
        "erased": pseudonyms(key)[0],
        "mask": sensitive.MASK,
        "messages": messages,
        "submissions": sorted({submission for _, submission in rows}),
        "first": messages[0],
        "last": messages[-1],
        "floor": messages[0] - _EARLIER,
    }
    with connection.cursor() as cursor:
        for statement in _ERASE:
            cursor.execute(statement, values)
    # What a waiting one says becomes an event first.
    read = InboundReport.objects.exclude(state=InboundReport.State.WAITING)
    read.filter(account=account, message__in=messages).delete()
