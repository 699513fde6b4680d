"""The classes of refusals (pure)."""

from __future__ import annotations

from enum import StrEnum


class BounceClass(StrEnum):
    """Why a mail was not taken, by the names that operators of large senders use."""

    NONE = ""
    INVALID_RECIPIENT = "InvalidRecipient"
    BAD_DOMAIN = "BadDomain"
    INACTIVE_MAILBOX = "InactiveMailbox"
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
