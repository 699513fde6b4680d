"""The classes of refusals, and what the sender of a refused mail can do about each (pure)."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


class BounceClass(StrEnum):
    """Why a mail was not taken, by the names that operators of large senders use."""

    NONE = ""
    INVALID_RECIPIENT = "InvalidRecipient"
    BAD_DOMAIN = "BadDomain"
    INACTIVE_MAILBOX = "InactiveMailbox"
    BLOCKED_BY_RECIPIENT = "BlockedByRecipient"
    INVALID_SENDER = "InvalidSender"
    QUOTA_ISSUES = "QuotaIssues"
    NO_ANSWER_FROM_HOST = "NoAnswerFromHost"
    BAD_CONNECTION = "BadConnection"
    DNS_FAILURE = "DNSFailure"
    ROUTING_ERRORS = "RoutingErrors"
    TRANSIENT_FAILURE = "TransientFailure"
    MESSAGE_EXPIRED = "MessageExpired"
    MESSAGE_TOO_LARGE = "MessageTooLarge"
    PROTOCOL_ERRORS = "ProtocolErrors"
    AUTHENTICATION_FAILED = "AuthenticationFailed"
    POLICY_RELATED = "PolicyRelated"
    RATE_LIMITED = "RateLimited"
    RELAY_DENIED = "RelayDenied"
    SPAM_BLOCK = "SpamBlock"
    SPAM_CONTENT = "SpamContent"
    OTHER = "Other"


# By the values of BounceClass.
ADVICE: dict[str, str | Promise] = {
    BounceClass.INVALID_RECIPIENT: gettext_lazy(
        "The recipient's server says that this mailbox does not exist. Remove the address from your lists."
    ),
    BounceClass.BAD_DOMAIN: gettext_lazy("The domain does not accept email. Check the address for typing errors."),
    BounceClass.INACTIVE_MAILBOX: gettext_lazy("The mailbox is not in use. Remove the address from your lists."),
    BounceClass.BLOCKED_BY_RECIPIENT: gettext_lazy(
        "The recipient has blocked this sender. Do not send to them from this domain again."
    ),
    BounceClass.INVALID_SENDER: gettext_lazy(
        "The recipient's server does not accept the sender address. Check the sender domain's MX and SPF records."
    ),
    BounceClass.QUOTA_ISSUES: gettext_lazy(
        "The mailbox is full. Try again in a few days, or contact the person another way."
    ),
    BounceClass.NO_ANSWER_FROM_HOST: gettext_lazy(
        "The recipient's server did not answer. Check the domain, then send again later."
    ),
    BounceClass.BAD_CONNECTION: gettext_lazy(
        "The connection to the recipient's server broke off. Send again later; if it happens again, tell its operator."
    ),
    BounceClass.DNS_FAILURE: gettext_lazy(
        "The domain's mail server was not found in DNS. Check the address for typing errors, then send again later."
    ),
    BounceClass.ROUTING_ERRORS: gettext_lazy(
        "The recipient's domain passes email on in a way that leads nowhere. Tell the person, or their provider."
    ),
    BounceClass.TRANSIENT_FAILURE: gettext_lazy("The recipient's server had trouble of its own. Send again later."),
    BounceClass.MESSAGE_EXPIRED: gettext_lazy(
        "No attempt succeeded within the time allowed. Check the address, then send again."
    ),
    BounceClass.MESSAGE_TOO_LARGE: gettext_lazy(
        "The email is too large for this mailbox. Send a link instead of the attachment."
    ),
    BounceClass.PROTOCOL_ERRORS: gettext_lazy(
        "The recipient's server did not understand the email. Send a simpler one; if that fails too, tell its operator."
    ),
    BounceClass.AUTHENTICATION_FAILED: gettext_lazy("SPF, DKIM or DMARC did not pass. Check the domain's DNS records."),
    BounceClass.POLICY_RELATED: gettext_lazy(
        "The recipient's server rejected the email by its own policy. Its response below says which."
    ),
    BounceClass.RATE_LIMITED: gettext_lazy(
        "The recipient's server wants email more slowly. No action needed: delivery slows down automatically."
    ),
    BounceClass.RELAY_DENIED: gettext_lazy(
        "The server that the domain names does not accept its email. Check the address for typing errors."
    ),
    BounceClass.SPAM_BLOCK: gettext_lazy(
        "The recipient's server does not trust the sender. Check the domain's DNS records and complaint rate."
    ),
    BounceClass.SPAM_CONTENT: gettext_lazy(
        "The recipient's server took the content for spam. Change the wording and the links of the template."
    ),
    BounceClass.OTHER: gettext_lazy("The server response below says why. Fix the cause before you send again."),
}
