"""The limits, periods and rates an operator may set: one table, each with its unit and its source.

Numbers that belong to one protocol or algorithm alone are constants of its module.

The environment variable `SES_RULE_<NAME>` (upper case) overrides a rule; the three review limits are part of what the
product is and stay as they are. A source "published" is the original service's own documentation, with its chapter.
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
    review_min_characters: int = _rule(160, "visible characters", "product; published")
    review_text_per_variable: int = _rule(5, "characters of text per character of variables", "product; published")
    review_max_images: int = _rule(50, "images", "product; published")
    review_claim_seconds: int = _rule(900, "seconds", "chosen: how long a reviewer has an opened template")
    template_max_bytes: int = _rule(1_048_576, "bytes", "published: quotas; body without attachments")
    template_name_max_characters: int = _rule(100, "characters", "chosen; not published")
    templates_per_account: int = _rule(1000, "templates", "chosen; limit exists, number not published")

    # Domains and addresses
    domains_per_account: int = _rule(10, "domains", "published: quotas")
    addresses_per_domain: int = _rule(10, "addresses", "published: quotas")
    domain_grace_seconds: int = _rule(72 * 3600, "seconds", "chosen: a verified domain may fail its checks this long")
    domain_check_seconds: int = _rule(86_400, "seconds", "chosen: between checks of a verified domain")
    domain_first_check_seconds: int = _rule(600, "seconds", "published: most DNS is seen by then; doubles after")
    domain_failing_check_seconds: int = _rule(3600, "seconds", "chosen: between checks while a verified domain fails")
    domain_start_level: int = _rule(1, "level", "published: reputation levels")

    # One mail
    to_per_mail: int = _rule(50, "addresses", "published: SendEmail")
    cc_per_mail: int = _rule(20, "addresses", "published: SendEmail")
    bcc_per_mail: int = _rule(20, "addresses", "published: SendEmail")
    to_per_console_mail: int = _rule(20, "addresses", "published: quotas")
    subject_max_characters: int = _rule(998, "characters", "published: quotas")
    attachments_per_mail: int = _rule(10, "files", "published: quotas")
    attachments_max_bytes: int = _rule(4 * 1024 * 1024, "bytes before base64, one and all", "published: quotas")
    request_max_bytes: int = _rule(8 * 1024 * 1024, "bytes", "published: quotas")
    template_data_max_bytes: int = _rule(100_000, "bytes of JSON", "chosen; not published")

    # Web server; "per process" is for each of the two web processes
    web_header_seconds: int = _rule(
        30, "seconds for a request's head, and of rest between two", "granian's default; at most 60"
    )
    web_silence_seconds: int = _rule(20, "seconds in which some of a body must come", "Apache mod_reqtimeout, body=20")
    web_body_bytes_per_second: int = _rule(500, "bytes after those seconds", "Apache mod_reqtimeout, MinRate=500")
    web_body_max_seconds: int = _rule(600, "seconds for a whole body", "chosen: 8 MB over a line of 14 KB/s")
    web_request_seconds: int = _rule(50, "seconds from a whole request to its answer", "nginx: proxy_read_timeout 60s")
    web_health_seconds: int = _rule(5, "seconds for the answer of /healthz", "chosen: half of a balancer's usual 10 s")
    web_answer_silence_seconds: int = _rule(
        120, "seconds in which a client must take 64 KB", "chosen: system buffers hold minutes"
    )
    web_answer_max_seconds: int = _rule(3600, "seconds for a whole answer", "chosen: the largest downloads")
    web_connections: int = _rule(2048, "open connections per process", "chosen: half a GB at worst")
    web_requests_per_client: int = _rule(
        1000, "requests of one address per process whose answers are not yet read", "chosen: half of the connections"
    )
    web_bodies_memory_bytes: int = _rule(64 * 1024 * 1024, "bytes of all bodies, in memory, per process", "chosen")
    web_bodies_disk_bytes: int = _rule(
        1024 * 1024 * 1024, "bytes of all bodies, on disk, per process", "chosen: 128 of 8 MB"
    )
    web_api_threads: int = _rule(
        4, "threads per process, a database connection each", "measured: more wait for the interpreter"
    )
    web_console_threads: int = _rule(4, "threads per process, a database connection each", "as for the API")
    web_tracking_threads: int = _rule(
        2, "threads per process, a database connection each", "chosen: a click takes milliseconds"
    )
    web_download_threads: int = _rule(2, "CSV files made at once per process", "chosen")

    # Rates
    api_calls_per_second: int = _rule(20, "calls per action and account", "published: quotas")
    mails_per_second: int = _rule(20, "mails per account", "published: quotas")
    mails_per_recipient_hour: int = _rule(10, "mails to one address", "published: quotas")
    queue_max_items: int = _rule(10_000_000, "waiting mails", "chosen: beyond it acceptance refuses with a clear error")

    # Delivery
    delivery_max_seconds: int = _rule(72 * 3600, "seconds", "published: times")
    delivery_first_retry_seconds: int = _rule(300, "seconds", "RFC 5321 4.5.4.1 as practised")
    delivery_max_retry_seconds: int = _rule(4 * 3600, "seconds", "chosen: at least eight attempts in 72 h")
    lease_seconds: int = _rule(60, "seconds", "chosen: a dead worker's mails return to the queue after this")
    connections_per_route: int = _rule(20, "open connections of one process to one receiving host", "field practice")
    mails_per_connection: int = _rule(100, "mails", "field practice")
    connect_timeout_seconds: int = _rule(30, "seconds", "RFC 5321 4.5.3.2, shortened for connecting")
    reply_timeout_seconds: int = _rule(300, "seconds", "RFC 5321 4.5.3.2")
    final_reply_timeout_seconds: int = _rule(600, "seconds after the dot", "RFC 5321 4.5.3.2.6")
    provider_pause_seconds: int = _rule(600, "seconds a host that deferred is left alone", "published: times")

    # Blocklist
    block_days: int = _rule(180, "days", "published: times")
    custom_blocks_per_import: int = _rule(20_000, "addresses in one list", "published: quotas, upload call")

    # Inbound reports
    inbound_max_bytes: int = _rule(10 * 1024 * 1024, "bytes", "published: quotas; whole message")
    inbound_max_parts: int = _rule(100, "MIME parts and nesting", "field practice")
    inbound_parse_seconds: int = _rule(20, "seconds of the processor", "chosen: a report that takes more is set aside")
    inbound_parse_wall_seconds: int = _rule(600, "seconds", "chosen: then the parser is replaced, the report waits")
    inbound_max_retry_seconds: int = _rule(300, "seconds", "chosen: longest pause before a report is tried again")
    inbound_late_seconds: int = _rule(3600, "seconds a report may wait", "chosen: then the log and a notice say so")
    inbound_header_max_bytes: int = _rule(100 * 1024, "bytes", "field practice, header block of one report")

    # SMTP ports: reports and the simulator's mail server, each by itself
    smtp_connections: int = _rule(2_000, "open connections", "chosen: a thousand slow ones leave room for others")
    smtp_connections_per_address: int = _rule(
        50,
        "open connections of one IPv4 address or IPv6 /64",
        "Postfix smtpd_client_connection_count_limit as practised",
    )
    smtp_idle_seconds: int = _rule(300, "seconds without a byte", "RFC 5321 4.5.3.2.7")
    smtp_mail_seconds: int = _rule(1_800, "seconds for one email, from the end of the one before", "chosen")
    smtp_full_idle_seconds: int = _rule(10, "seconds, while a port is nearly full", "Postfix stress mode as practised")
    smtp_full_mail_seconds: int = _rule(120, "seconds, while a port is nearly full", "chosen")
    smtp_memory_max_bytes: int = _rule(64 * 1024 * 1024, "bytes of emails that come in, in memory", "chosen")
    smtp_storage_max_bytes: int = _rule(
        1024 * 1024 * 1024, "bytes of emails that come in, in memory and on disk", "chosen; beyond it 452 4.3.1"
    )
    max_received_fields: int = _rule(
        50, "Received fields of one email", "Postfix hopcount_limit; RFC 5321 6.3 would have at least 100"
    )
    min_free_disk_percent: int = _rule(2, "percent of the disk", "chosen: below it nothing more is taken")
    postmaster_max_bytes: int = _rule(256 * 1024, "bytes of one email to postmaster", "chosen")
    postmaster_kept: int = _rule(10_000, "emails to postmaster", "chosen: the oldest go first")

    # Mailbox simulator
    simulator_greylist_seconds: int = _rule(30, "seconds", "chosen: greylist@ refuses a sender and recipient this long")
    simulator_slow_seconds: int = _rule(5, "seconds", "chosen: slow@ answers this late")
    simulator_later_seconds: int = _rule(2, "seconds", "chosen: from accepting a mail to what its reader does")
    simulator_max_retry_seconds: int = _rule(60, "seconds", "chosen: longest pause before a reader tries again")
    simulator_give_up_seconds: int = _rule(5 * 86_400, "seconds", "RFC 5321 4.5.4.1: how long a reader tries")

    # Lists, sessions, status
    list_page_max: int = _rule(100, "rows", "published: paging")
    status_days: int = _rule(30, "days", "published: quotas")
    signature_skew_seconds: int = _rule(300, "seconds", "published: times")
    login_attempts: int = _rule(10, "attempts per email address in 15 minutes", "OWASP ASVS 6.3.1")
    retention_days: int = _rule(
        180, "days of mails, attempts and events", "published: messages can be searched for 180 days"
    )
    content_days: int = _rule(
        7,
        "days of variables, attachments, extra headers and raw emails",
        "chosen: long enough to look into a complaint",
    )
    late_event_seconds: int = _rule(10, "seconds", "chosen: from taking an event's id to its transaction's first write")
    burst_clicks: int = _rule(5, "clicks of an email within the next rule's time", "field practice")
    burst_milliseconds: int = _rule(1000, "milliseconds", "field practice: no person clicks so fast, gateways do")
    list_window_days: int = _rule(7, "days a list shows until asked for more", "chosen")
    csv_stream_rows: int = _rule(100_000, "rows in one direct download", "chosen")


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
