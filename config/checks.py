"""System checks of the settings, each with an id and a hint; an error stops every command."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from accounts.mail.addresses import parse_bare
from config import data_version, database_roles
from sending.smtp.reply_rules import RULES
from sending.smtp.rule_faults import faults
from sending.unsubscribe_languages import SITES

MIN_KEY_LENGTH = 32
MIN_TASK_WORKERS = 2
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Gmail's feedback loop takes 5 to 15 characters and no field twice: a name like "t12345" could equal another field.
FEEDBACK_SENDER = re.compile(r"(?![tva]\d+\Z)[A-Za-z0-9]{5,15}")
TRANSPORTS = ("simulator", "direct", "relay")


@register(Tags.security)
def secrets_are_long(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse short secrets and one secret used for two purposes."""
    found: list[CheckMessage] = []
    named = [("SECRET_KEY", settings.SECRET_KEY), *(("SES_SECRETS_KEY", key) for key in settings.SECRETS_KEYS)]
    if settings.METRICS_TOKEN:
        named.append(("SES_METRICS_TOKEN", settings.METRICS_TOKEN))
    for name, value in named:
        if len(value) < MIN_KEY_LENGTH:
            found.append(
                Error(
                    f"{name} is shorter than {MIN_KEY_LENGTH} characters.",
                    hint="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
                    id="ses.E001",
                )
            )
    if settings.SECRET_KEY in settings.SECRETS_KEYS:
        found.append(
            Error(
                "SES_SECRETS_KEY holds the SECRET_KEY.",
                hint="Make a second key: changing SECRET_KEY must not lose what SES_SECRETS_KEY decrypts.",
                id="ses.E002",
            )
        )
    return found


@register(Tags.translation)
def translations_are_compiled(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when an app's Chinese texts were never compiled: its pages would be English in every language."""
    files = settings.BASE_DIR.glob("*/locale/*/LC_MESSAGES/django.po")
    missing = sorted(
        path.relative_to(settings.BASE_DIR).parts[0] for path in files if not path.with_suffix(".mo").exists()
    )
    if not missing:
        return []
    return [
        Warning(
            f"The translations of {', '.join(missing)} are not compiled.", hint="Run: make translations", id="ses.W002"
        )
    ]


@register()
def transport_is_known(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a transport that does not exist, and a relay without its address."""
    if settings.TRANSPORT not in TRANSPORTS:
        return [
            Error(
                f"SES_TRANSPORT is {settings.TRANSPORT!r}.",
                hint=f"Use one of {', '.join(TRANSPORTS)}.",
                id="ses.E003",
            )
        ]
    if settings.TRANSPORT == "relay" and urlsplit(settings.RELAY_URL).scheme not in {"smtp", "smtps"}:
        return [
            Error(
                "SES_TRANSPORT is relay, but SES_RELAY_URL names no server.",
                hint="Set SES_RELAY_URL=smtp://[user:password@]host[:port] (smtps:// for TLS from the start).",
                id="ses.E004",
            )
        ]
    return []


@register()
def site_is_known(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an unknown site: the unsubscribe line of emails would be in another language than was asked for."""
    if settings.SITE not in SITES:
        return [Error(f"SES_SITE is {settings.SITE!r}.", hint=f"Use one of {', '.join(SITES)}.", id="ses.E011")]
    return []


@register()
def feedback_sender_is_usable(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a sender id for Feedback-ID headers that mailbox providers would not count by."""
    if FEEDBACK_SENDER.fullmatch(settings.FEEDBACK_SENDER):
        return []
    return [
        Error(
            f"SES_FEEDBACK_SENDER is {settings.FEEDBACK_SENDER!r}.",
            hint="Give 5 to 15 letters and digits, the same for years, and not t, v or a before a number alone.",
            id="ses.E013",
        )
    ]


@register()
def notice_sender_is_usable(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a sender of notices that no email can come from."""
    sender = settings.NOTICE_SENDER
    try:
        if not sender or (parse_bare(sender).address == sender and sender.isascii()):
            return []
    except ValueError:
        pass
    hint = "Give a bare address in ASCII, as in notices@example.com, or leave it empty."
    return [Error(f"SES_NOTICE_SENDER is {sender!r}.", hint=hint, id="ses.E019")]


@register()
def public_url_is_complete(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a public address from which no links for emails can be built."""
    url = urlsplit(settings.PUBLIC_URL)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path not in {"", "/"}:
        return [
            Error(
                f"SES_PUBLIC_URL is {settings.PUBLIC_URL!r}.",
                hint="Give scheme and host only, as in https://ses.example.com",
                id="ses.E005",
            )
        ]
    return []


@register()
def real_mail_is_safe(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to send real mail with settings that are made for a developer's machine."""
    if settings.TRANSPORT == "simulator":
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is on while real mail is sent.", hint="Unset DEBUG.", id="ses.E006"))
    if not settings.PUBLIC_URL.startswith("https://"):
        found.append(
            Error(
                "Real mail would carry links to a clear-text address.",
                hint="Set SES_PUBLIC_URL to the https:// address people reach this service at.",
                id="ses.E007",
            )
        )
    for name, value in (("SES_MX_HOST", settings.MX_HOST), ("SES_SPF_INCLUDE", settings.SPF_INCLUDE)):
        if value.endswith(".test"):
            found.append(
                Error(
                    f"{name} is {value}, a name that exists only in the simulator.",
                    hint=f"Set {name} to a host name of yours; customers put it into their DNS.",
                    id="ses.E008",
                )
            )
    return found


@register(Tags.security)
def debug_is_local_only(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse DEBUG, whose error pages show settings, where other machines can reach this one."""
    local_only = settings.BIND_HOST in LOOPBACK and not settings.PUBLIC_URL.startswith("https://")
    if settings.DEBUG and not local_only:
        return [
            Error(
                "DEBUG is on where others can reach this service.",
                hint="Unset DEBUG, or keep SES_BIND_HOST at 127.0.0.1 and SES_PUBLIC_URL at http://.",
                id="ses.E010",
            )
        ]
    return []


@register()
def broker_can_be_reached(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Say what to install when the Redis broker is asked for."""
    if settings.BROKER_URL and importlib.util.find_spec("redis") is None:
        return [
            Error(
                "SES_BROKER_URL needs the package redis.",
                hint="Run: pip install redis",
                id="ses.E009",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def audit_log_has_an_owner_of_its_own(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when the product's own role could change the audit log; nothing is said while the database is away."""
    try:
        owns = database_roles.owns_the_audit_log()
    except DatabaseError:
        return []
    if not owns:
        return []
    return [
        Warning(
            "The role that DATABASE_URL names owns the audit log, and so could change it.",
            hint="Make two roles, as docs/operations.md says, and set SES_OWNER_DATABASE_URL.",
            id="ses.W003",
        )
    ]


@register(deploy=True)
def keys_come_from_outside(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when several machines could not share the keys because they lie in the data folder of one."""
    if settings.BROKER_URL and (settings.DATA_DIR / "secrets" / "secrets_key").exists():
        return [
            Warning(
                "The secrets key lies in the data folder while a shared broker is used.",
                hint="Set SES_SECRETS_KEY to the same value on every machine.",
                id="ses.W001",
            )
        ]
    return []


@register()
def tasks_have_a_second_worker(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a task cluster that one long job can block: DNS checks may take minutes, and figures must not wait."""
    workers = settings.Q_CLUSTER["workers"]
    if workers < MIN_TASK_WORKERS:
        return [
            Error(
                f"SES_TASK_WORKERS is {workers}: one long job would hold up all others.",
                hint=f"Set it to {MIN_TASK_WORKERS} or more.",
                id="ses.E012",
            )
        ]
    return []


@register()
def reply_rules_are_sound(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a table of reply rules in which a rule decides nothing, or a class has no advice."""
    return [
        Error(
            f"A rule of what receivers' replies mean is wrong: {fault}.",
            hint="Mend it in sending/smtp/rules; docs/decisions/0027-reply-rules-are-data.md says what each must have.",
            id="ses.E015",
        )
        for fault in faults(RULES)
    ]


@register(Tags.database)
def data_is_of_this_version(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse to migrate what another version made: this one's migrations would not fit it.

    `migrate` and `up` run it, a starting server does not: while machines go to a new version one by one, a web
    process of the old version may start again beside the migrated database.
    """
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    # The application's role sees nothing of a database that was not migrated for it yet.
    with database_roles.owner():
        foreign = data_version.foreign_to(connections[DEFAULT_DB_ALIAS])
    if not foreign:
        return []
    place, way_out = (
        ("The database that DATABASE_URL names", "Name another database in DATABASE_URL")
        if settings.DATABASE_URL
        else (f"The data under {settings.DATA_DIR}", "Move it away, or name another folder with SES_DATA_DIR")
    )
    return [
        Error(
            f"{place} was made by another version, as {foreign[0]} shows.",
            hint=f"{way_out}, then start again; or start the version that made it. Nothing was changed.",
            id="ses.E014",
        )
    ]


def refuse_unsafe() -> None:
    """Raise ImproperlyConfigured with the errors of all registered checks: for a server that no command starts."""
    found = [message for message in run_checks() if message.is_serious() and not message.is_silenced()]
    if found:
        lines = sorted(f"({message.id}) {message.msg} {message.hint or ''}".rstrip() for message in found)
        raise ImproperlyConfigured("\n".join(lines))
