"""The limits, periods and rates an operator may set: one table, each with its unit and its source.

Numbers that belong to one protocol or algorithm alone are constants of its module.

An operator overrides a rule by the environment variable `SES_RULE_<NAME>` (upper case);
the three review limits are part of what the product is and stay as they are.
Sources name the sections of the service's published reference ("rules 1" = quotas and sizes,
"rules 6" = template review, "api SendEmail" = the action's table, …).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

FIXED = frozenset({"review_min_characters", "review_text_per_variable", "review_max_images"})


def _rule(value: Any, unit: str, source: str) -> Any:
    return field(default=value, metadata={"unit": unit, "source": source})


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules in force; read as `settings.RULES.<name>`."""

    # Template review
    review_min_characters: int = _rule(160, "visible characters", "product; rules 6")
    review_text_per_variable: int = _rule(5, "characters of text per character of variables", "product; rules 6")
    review_max_images: int = _rule(50, "images", "product; rules 6")
    review_claim_seconds: int = _rule(900, "seconds", "a reviewer's lease on an opened template")
    template_max_bytes: int = _rule(1_048_576, "bytes", "rules 1, body without attachments")
    template_name_max_characters: int = _rule(100, "characters", "chosen; not published")
    templates_per_account: int = _rule(1000, "templates", "chosen; limit exists, number not published")

    # Domains and addresses
    domains_per_account: int = _rule(10, "domains", "rules 1")
    addresses_per_domain: int = _rule(10, "addresses", "rules 1")
    domain_grace_seconds: int = _rule(72 * 3600, "seconds", "a verified domain may fail its checks this long")
    domain_check_seconds: int = _rule(86_400, "seconds", "between checks of a verified domain")
    domain_first_check_seconds: int = _rule(600, "seconds", "rules 2: most DNS changes are seen by then; doubles after")
    domain_failing_check_seconds: int = _rule(3600, "seconds", "between checks while records fail in the days of grace")
    domain_start_level: int = _rule(1, "level", "rules 3")

    # One mail
    to_per_mail: int = _rule(50, "addresses", "api SendEmail")
    cc_per_mail: int = _rule(20, "addresses", "api SendEmail")
    bcc_per_mail: int = _rule(20, "addresses", "api SendEmail")
    to_per_console_mail: int = _rule(20, "addresses", "rules 1")
    subject_max_characters: int = _rule(998, "characters", "rules 1")
    attachments_per_mail: int = _rule(10, "files", "rules 1")
    attachments_max_bytes: int = _rule(4 * 1024 * 1024, "bytes before base64, one and all", "rules 1")
    request_max_bytes: int = _rule(8 * 1024 * 1024, "bytes", "rules 1")
    template_data_max_bytes: int = _rule(100_000, "bytes of JSON", "chosen; not published")

    # Rates
    api_calls_per_second: int = _rule(20, "calls per action and account", "rules 1")
    mails_per_second: int = _rule(20, "mails per account", "rules 1")
    mails_per_recipient_hour: int = _rule(10, "mails to one address", "rules 1")
    queue_max_items: int = _rule(10_000_000, "waiting mails", "full table answers a clear error, not a crash")

    # Delivery
    delivery_max_seconds: int = _rule(72 * 3600, "seconds", "rules 2")
    delivery_first_retry_seconds: int = _rule(300, "seconds", "RFC 5321 4.5.4.1 as practised")
    delivery_max_retry_seconds: int = _rule(4 * 3600, "seconds", "chosen: at least eight tries in 72 h")
    lease_seconds: int = _rule(60, "seconds", "a dead worker's mails come back after this")
    connections_per_route: int = _rule(20, "open connections of one process to one receiving host", "field practice")
    mails_per_connection: int = _rule(100, "mails", "field practice")
    connect_timeout_seconds: int = _rule(30, "seconds", "RFC 5321 4.5.3.2, shortened for connecting")
    reply_timeout_seconds: int = _rule(300, "seconds", "RFC 5321 4.5.3.2")
    final_reply_timeout_seconds: int = _rule(600, "seconds after the dot", "RFC 5321 4.5.3.2.6")
    provider_pause_seconds: int = _rule(600, "seconds a host that said 'not now' is left alone", "rules 2")

    # Blocklist
    block_days: int = _rule(180, "days", "rules 2")
    custom_blocks_per_import: int = _rule(20_000, "addresses in one list", "rules 1, addresses per upload call")

    # Inbound reports
    inbound_max_bytes: int = _rule(10 * 1024 * 1024, "bytes", "rules 1, whole message")
    inbound_max_parts: int = _rule(100, "MIME parts and nesting", "field practice")
    inbound_parse_seconds: int = _rule(5, "seconds", "a report that takes longer is kept raw")
    inbound_header_max_bytes: int = _rule(100 * 1024, "bytes", "field practice, header block of one report")

    # Mailbox simulator
    simulator_greylist_seconds: int = _rule(30, "seconds", "greylist@ refuses a sender and recipient this long")
    simulator_slow_seconds: int = _rule(5, "seconds", "slow@ thinks about a mail")
    simulator_later_seconds: int = _rule(2, "seconds", "from taking a mail to what its reader does")

    # Lists, sessions, status
    list_page_max: int = _rule(100, "rows", "api 5, paging")
    status_days: int = _rule(30, "days", "rules 1")
    signature_skew_seconds: int = _rule(300, "seconds", "rules 2")
    login_tries: int = _rule(10, "tries per account in 15 minutes", "OWASP ASVS 6.3.1")
    retention_days: int = _rule(180, "days of mails, attempts and events", "features: message search over 180 days")
    late_event_seconds: int = _rule(10, "seconds", "from taking an event's id to its transaction's first write")
    list_window_days: int = _rule(7, "days a list shows until asked for more", "house rule")
    csv_stream_rows: int = _rule(100_000, "rows in one direct download", "house rule")


def load(environ: Mapping[str, str]) -> Rules:
    """Return the rules with the overrides found in `environ`; raise ValueError naming a bad one."""
    changes: dict[str, int] = {}
    for rule in fields(Rules):
        key = f"SES_RULE_{rule.name.upper()}"
        if key not in environ:
            continue
        if rule.name in FIXED:
            raise ValueError(f"{key} cannot be set: the review limits are fixed")
        try:
            changes[rule.name] = int(environ[key])
        except ValueError:
            raise ValueError(f"{key} must be a whole number ({rule.metadata['unit']})") from None
        if changes[rule.name] < 0:
            raise ValueError(f"{key} must not be negative")
    return Rules(**changes)
