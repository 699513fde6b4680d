"""Gates that ask the database: room in the queue, blocked recipients, rates and volumes."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext, gettext_noop

from accounts import quota
from accounts.errors import Refused
from accounts.mail.addresses import AddressKey, require_key
from blocklist.queries import BlockQuery, blocked_among
from domains.reputation import daily_quota
from sending.acceptance.case import Case, GateFinding, RecipientRefusal, grouped

VOLUME_SECONDS = 86_400
_LISTED = (1007, "FailedOperation.EmailAddrInBlacklist", gettext_noop("%(address)s is on the blocklist."))
_BLOCKS = {
    ("reject", "unsubscribed"): (
        1013,
        "FailedOperation.ReceiverHasUnsubscribed",
        gettext_noop("%(address)s has unsubscribed from emails of %(domain)s."),
    ),
    ("reject", "complained"): (
        1008,
        "FailedOperation.RejectedByRecipients",
        gettext_noop("%(address)s has reported an email of %(domain)s as spam."),
    ),
    ("reject", "refused"): (
        1008,
        "FailedOperation.RejectedByRecipients",
        gettext_noop("%(address)s has blocked the emails of %(domain)s."),
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
            "ResourceInsufficient",
            gettext("The queue is full (%(count)s emails are waiting). Nothing was accepted; try again later.")
            % {"count": grouped(waiting)},
        )
    return GateFinding(waiting, limit)


def not_blocked(case: Case) -> GateFinding:
    """No recipient is on a blocklist or has unsubscribed."""
    domain = case.sender.domain.name
    wanted = {BlockQuery(case.account.pk, domain, recipient.key): recipient for recipient in case.live}
    found = blocked_among(list(wanted))
    for query, block in found.items():
        status, code, text = _BLOCKS.get((block.kind, block.cause), _LISTED)
        values = {"address": wanted[query].mailbox.address, "domain": domain}
        wanted[query].refusal = RecipientRefusal("not_blocked", status, code, text, values, block.reason)
    return GateFinding("")


def recipient_frequency(case: Case) -> GateFinding:
    """Nobody gets too many mails an hour."""
    limit = settings.RULES.mails_per_recipient_hour
    keys = {frequency_key(case.account.pk, recipient.key): recipient for recipient in case.live}
    over = quota.take(quota.Limit(key, limit, 3600) for key in keys)
    for key in over:
        keys[key].refusal = RecipientRefusal(
            "recipient_frequency",
            1006,
            "FailedOperation.FrequencyLimit",
            gettext_noop("%(address)s has been sent %(limit)s emails this hour, which is the limit. Try again later."),
            {"address": keys[key].mailbox.address, "limit": str(limit)},
        )
    return GateFinding("", limit)


def sending_rate(case: Case) -> GateFinding:
    """The account sends no faster than it may; a mail for more people than that takes a whole second."""
    limit = case.account.mails_per_second or settings.RULES.mails_per_second
    amount = min(len(case.live), limit)
    if amount and quota.take([quota.Limit(f"mails.{case.account.pk}", limit, 1, amount)]):
        raise Refused(
            "RequestLimitExceeded",
            gettext("This account may send %(limit)s emails per second. Wait a second and try again.")
            % {"limit": grouped(limit)},
        )
    return GateFinding(amount, limit)


def daily_volume(case: Case) -> GateFinding:
    """The domain's reputation level allows that many mails a day. The last gate: nothing that fails counts."""
    domain = case.sender.domain
    limit, amount = daily_quota(domain.reputation_level), len(case.live)
    if amount and quota.take([quota.Limit(volume_key(domain.pk), limit, VOLUME_SECONDS, amount)]):
        raise Refused(
            "FailedOperation.ExceedSendLimit",
            gettext(
                "%(domain)s may send %(limit)s emails per day at reputation level %(level)d, and this email would be "
                "over the limit. Send it tomorrow, or from another domain."
            )
            % {"domain": domain.name, "limit": grouped(limit), "level": domain.reputation_level},
        )
    return GateFinding(amount, limit)


def frequency_key(account_id: int, recipient: AddressKey) -> str:
    """Return the `accounts.quota` key of an account's mails to one address in the hour."""
    require_key(recipient)
    return f"recipient.{account_id}.{recipient}"


def volume_key(domain_id: int) -> str:
    """Return the `accounts.quota` key of a domain's mails of the (UTC) day."""
    return f"volume.{domain_id}"
