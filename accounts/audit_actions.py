"""What the audit log calls the actions of all apps: code -> text. Entries and CSV files keep the code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.mail.text import without_turns

# By area, in the order of the navigation; a code begins with the area's name.
AREAS: dict[str, tuple[str | Promise, dict[str, str | Promise]]] = {
    "session": (
        _("Log in"),
        {
            "session.begin": _("Logged in"),
            "session.end": _("Logged out"),
            "session.end_others": _("Logged out everywhere else"),
            "login.failed": _("Login failed"),
        },
    ),
    "domains": (
        _("Sender Domain"),
        {
            "domains.create": _("Sender domain created"),
            "domains.verify": _("Sender domain checked"),
            "domains.dkim_option": _("DKIM key changed"),
            "domains.delete": _("Sender domain deleted"),
        },
    ),
    "addresses": (
        _("Sender Address"),
        {
            "addresses.create": _("Sender address created"),
            "addresses.delete": _("Sender address deleted"),
        },
    ),
    "templates": (
        _("Email Template"),
        {
            "templates.create": _("Template created"),
            "templates.revise": _("Template edited"),
            "templates.submit": _("Template submitted for review"),
            "templates.withdraw": _("Template withdrawn"),
            "templates.archive": _("Template archived"),
            "templates.restore": _("Archived template restored"),
            "templates.mark_sensitive": _("Sensitive variables of a template changed"),
            "templates.claim": _("Review claimed"),
            "templates.release": _("Review released"),
            "templates.approve": _("Template approved"),
            "templates.reject": _("Template rejected"),
            "templates.add_phrase": _("Forbidden phrase added"),
            "templates.remove_phrase": _("Forbidden phrase removed"),
        },
    ),
    "simulator": (
        _("Mailbox Simulator"),
        {
            "simulator.publish_zone": _("DNS records published in the simulator"),
            "simulator.unpublish_zone": _("DNS records removed from the simulator"),
        },
    ),
    "blocklist": (
        _("Blocklist"),
        {
            "blocklist.add": _("Address blocked"),
            "blocklist.import": _("Addresses imported to block"),
            "blocklist.change_expiry": _("Expiry of a block changed"),
            "blocklist.remove": _("Address unblocked"),
            "blocklist.whitelist": _("Address whitelisted"),
            "blocklist.unwhitelist": _("Address removed from the whitelist"),
        },
    ),
    "exports": (
        _("Export"),
        {"exports.download": _("CSV file downloaded")},
    ),
    "recipients": (
        _("Personal data"),
        {"recipients.erase": _("Data of a person erased")},
    ),
    "users": (
        _("Users and Roles"),
        {
            "users.add": _("User added"),
            "users.change_role": _("Role changed"),
            "users.remove": _("User removed"),
            "users.change_password": _("Password changed"),
            "users.set_name": _("Own name changed"),
            "users.set_time_zone": _("Time zone changed"),
            "users.set_notice_mails": _("Notices by email chosen"),
        },
    ),
    "keys": (
        _("API Keys"),
        {
            "keys.create": _("API key created"),
            "keys.enable": _("API key enabled"),
            "keys.disable": _("API key disabled"),
        },
    ),
    "notices": (
        _("Notice"),
        {"notices.close": _("Notice closed")},
    ),
    "accounts": (
        _("Account"),
        {
            "accounts.create": _("Account created"),
            "accounts.suspended": _("Account suspended"),
            "accounts.active": _("Account resumed"),
        },
    ),
    "hold": (
        _("Hold"),
        {
            "hold.begin": _("Put on hold"),
            "hold.end": _("Released from hold"),
            "hold.drop": _("Waiting emails dropped"),
        },
    ),
    "admin": (
        _("Platform administration"),
        {
            "admin.add_account": _("Account added by platform staff"),
            "admin.change_account": _("Account changed by platform staff"),
            "admin.add_user": _("Platform staff added"),
            "admin.change_user": _("User changed by platform staff"),
            "admin.read_reports_again": _("Reports read again by platform staff"),
        },
    ),
}
TEXTS = {code: text for _area, texts in AREAS.values() for code, text in texts.items()}

# What the details of an entry are called, in the order they are shown.
DETAILS: dict[str, str | Promise] = {
    "name": _("name"),
    "app_id": _("app ID"),
    "role": _("role"),
    "before": _("before"),
    "after": _("after"),
    "version": _("version"),
    "sensitive": _("sensitive variables"),
    "emails": _("emails"),
    "blocks": _("blocks"),
    "waiting": _("emails that still wait"),
    "kind": _("kind"),
    "cause": _("cause"),
    "category": _("category"),
    "sender_domain": _("sender domain"),
    "dkim_bits": _("DKIM key bits"),
    "records": _("DNS records"),
    "actions": _("API actions"),
    "networks": _("allowed IP addresses"),
    "zone": _("time zone"),
    "file": _("file"),
    "filters": _("filters"),
    "total": _("total"),
    "rejected": _("rejected"),
    "expires": _("expires"),
    "reason": _("reason"),
    "language": _("language"),
    "off": _("switched off"),
}
CHANNELS: dict[str, str | Promise] = {
    "console": _("Console"),
    "api": "API",
    "smtp": "SMTP",
    "task": _("Service"),
}


def text_of(code: str) -> str:
    """Return what the log calls an action; the code of one it does not know."""
    return str(TEXTS.get(code, code))


def details_text(details: dict[str, object]) -> str:
    """Return the details of an entry on one line, without the empty ones."""
    known = {name: details[name] for name in DETAILS if name in details}
    return ", ".join(
        gettext("%(name)s: %(value)s") % {"name": DETAILS.get(name, name), "value": _value_text(value)}
        for name, value in (known | details).items()
        if value not in ("", [], {}, None)
    )


def _value_text(value: object) -> str:
    if isinstance(value, dict):
        text = ", ".join(f"{name} {inner}" for name, inner in value.items())
    else:
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return without_turns(text)
