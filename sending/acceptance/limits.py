"""How much: room in the queue, who is blocked, rates and volumes."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from accounts import quota
from accounts.errors import Refused
from blocklist.queries import BlockQuery, blocked_among
from domains.reputation import daily_quota
from sending.acceptance.case import Case, GateFinding, RecipientRefusal

VOLUME_SECONDS = 86_400
_LISTED = (1007, "FailedOperation.EmailAddrInBlacklist", "is on the blocklist")
_BLOCKS = {
    ("reject", "unsubscribed"): (
        1013,
        "FailedOperation.ReceiverHasUnsubscribed",
        "has unsubscribed from mail of {domain}",
    ),
    ("reject", "complained"): (
        1008,
        "FailedOperation.RejectedByRecipients",
        "has reported mail of {domain} as spam",
    ),
}


def queue_room(case: Case) -> GateFinding:
    """The queue is not full, by the database's own running estimate."""
    limit = settings.RULES.queue_max_items
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_live_tuples('sending_queueitem'::regclass)")
        waiting = cursor.fetchone()[0]
    if waiting >= limit:
        raise Refused(
            "ResourceInsufficient", f"The queue is full ({waiting:,} mails wait). Nothing was taken; try again later."
        )
    return GateFinding(waiting, limit)


def not_blocked(case: Case) -> GateFinding:
    """No recipient is on a blocklist or has unsubscribed."""
    domain = case.sender.domain.name
    wanted = {BlockQuery(case.account.pk, domain, recipient.key): recipient for recipient in case.live}
    found = blocked_among(list(wanted))
    for want, block in found.items():
        status, code, words = _BLOCKS.get((block.kind, block.cause), _LISTED)
        reason = f" ({block.reason})" if block.reason else ""
        message = f"{wanted[want].mailbox.address} {words.format(domain=domain)}{reason}."
        wanted[want].refusal = RecipientRefusal("not_blocked", status, code, message)
    return GateFinding("on no list")


def recipient_frequency(case: Case) -> GateFinding:
    """Nobody gets too many mails an hour."""
    limit = settings.RULES.mails_per_recipient_hour
    keys = {f"recipient.{case.account.pk}.{recipient.key}": recipient for recipient in case.live}
    over = quota.take(quota.Limit(key, limit, 3600) for key in keys)
    for key in over:
        address = keys[key].mailbox.address
        keys[key].refusal = RecipientRefusal(
            "recipient_frequency",
            1006,
            "FailedOperation.FrequencyLimit",
            f"{address} got {limit} mails this hour, as many as are allowed. Try again after the hour.",
        )
    return GateFinding("within the limit", f"{limit} an hour")


def sending_rate(case: Case) -> GateFinding:
    """The account sends no faster than it may; a mail for more people than that takes a whole second."""
    limit = case.account.mails_per_second or settings.RULES.mails_per_second
    amount = min(len(case.live), limit)
    if amount and quota.take([quota.Limit(f"mails.{case.account.pk}", limit, 1, amount)]):
        raise Refused(
            "RequestLimitExceeded", f"The account may send {limit} mails a second. Wait a second and send it again."
        )
    return GateFinding(amount, f"{limit} a second")


def daily_volume(case: Case) -> GateFinding:
    """The domain's reputation level allows that many mails a day. The last gate: nothing that fails counts."""
    domain = case.sender.domain
    limit, amount = daily_quota(domain.reputation_level), len(case.live)
    if amount and quota.take([quota.Limit(volume_key(domain.pk), limit, VOLUME_SECONDS, amount)]):
        raise Refused(
            "FailedOperation.ExceedSendLimit",
            f"{domain.name} may send {limit:,} mails a day at level {domain.reputation_level}, and this would be more. "
            "Send it tomorrow, or from another domain.",
        )
    return GateFinding(amount, f"{limit:,} a day")


def volume_key(domain_id: int) -> str:
    """Return the `accounts.quota` key of a domain's mails of the (UTC) day."""
    return f"volume.{domain_id}"
