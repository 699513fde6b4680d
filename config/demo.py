"""The demo account: domain, template, key, people and 30 days of history, made by the acts that people use."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import credentials, lifecycle
from accounts.caller import Caller, member, service
from accounts.models import Account, Membership, User
from accounts.roles import Role
from config import demo_history
from config.web import server
from domains import addresses, sender_domains, verification
from domains.models import SenderDomain
from sending.models import Message
from sending.simulator import dns, zone
from stats import rollup
from templates_app import review
from templates_app.models import Template

ACCOUNT = "demo"
DOMAIN = "mail.demo.test"
SENDER = f"notice@{DOMAIN}"
PEOPLE = (
    (Role.OPERATOR, "operator@demo.test", "Operator"),
    (Role.REVIEWER, "reviewer@demo.test", "Reviewer"),
    (Role.ANALYST, "analyst@demo.test", "Analyst"),
    (Role.ADMIN, "admin@demo.test", "Admin"),
)
HISTORY_DAYS = 30
SDK = "tencentcloud-sdk-python-ses"
TEMPLATE_NAME = "Order confirmation"
TEMPLATE_DATA = {"name": "Ada", "order": "A-1042", "total": "34.90 EUR"}
TEMPLATE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Your order</title></head>
<body bgcolor="#f4f6fa" style="margin:0;font:16px/1.5 Arial,Helvetica,sans-serif;color:#1f2937">
<table role="presentation" width="100%" cellpadding="24" cellspacing="0"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="24" cellspacing="0" bgcolor="#ffffff" style="max-width:560px">
<tr><td>
<h1 style="margin:0;font-size:24px">Thank you for your order, {{name}}</h1>
<p>We have received your order {{order}} and are packing it now. You will get a second mail with the tracking
number as soon as the parcel has left our warehouse, usually within one working day.</p>
<p>The total is {{total}}, taxes and shipping included. The invoice lies in your customer account, where you can also
change the delivery address until the parcel is on its way.</p>
<p><a href="https://shop.demo.test/orders?id={{order}}">See your order</a> &middot;
<a href="https://shop.demo.test/help">Get help</a></p>
<p>With kind regards,<br>the people of the demo shop</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
"""


def exists() -> bool:
    """Say whether the demo account was made."""
    return Account.objects.filter(name=ACCOUNT).exists() and _notes().exists()


def make() -> dict[str, Any]:
    """Make the demo account if it is not there and return its logins and keys (kept in the data folder, 0600)."""
    if not exists():
        # All of it or nothing: a demo that broke off half-way could not be made again.
        with transaction.atomic():
            _keep(_make())
    return facts()


def _make() -> dict[str, Any]:
    account = Account.objects.filter(name=ACCOUNT).first() or lifecycle.create_account(name=ACCOUNT)
    passwords = _people(account)
    callers = {role: member(account, User.objects.get(email=email)) for role, email, _ in PEOPLE}
    _domain(callers[Role.OPERATOR])
    template = _template(callers[Role.OPERATOR], callers[Role.REVIEWER])
    key, secret_key = credentials.create_key(callers[Role.ADMIN], name="Demo program")
    if not Message.objects.filter(account=account).exists():
        now = datetime.now(UTC)
        demo_history.write(account=account, sender=SENDER, template=template, days=HISTORY_DAYS, now=now)
        rollup.rebuild((now - timedelta(days=HISTORY_DAYS + 1)).date())
    return {
        "users": {role.value: {"email": email, "password": passwords[email]} for role, email, _ in PEOPLE},
        "api": {"secret_id": key.secret_id, "secret_key": secret_key},
        "sender": SENDER,
        "template_id": template.pk,
        "template_data": TEMPLATE_DATA,
    }


def facts() -> dict[str, Any]:
    """Return what `make` returned; the addresses are those of the present settings."""
    kept = json.loads(_notes().read_text())
    endpoint = settings.PUBLIC_URL.partition("://")[2]
    return {"url": settings.PUBLIC_URL, **kept, "api": {"endpoint": endpoint, **kept["api"]}}


def introduction() -> str:
    """Return the text that greets a new user: the address, the logins, and a line that sends an email."""
    known = facts()
    people = "\n".join(f"  {role:<9} {who['email']:<22} {who['password']}" for role, who in known["users"].items())
    with_tls = f"\n{server.tls_line()}".rstrip()
    return f"""
Console    {known["url"]}{with_tls}

Log in as
{people}

{_sdk()}
  {sending_line(known)}

Ctrl-C stops everything. `{settings.PROGRAM} demo` prints this again.
"""


def sending_line(known: dict[str, Any]) -> str:
    """Return a shell command of one line that sends the demo template with the official SDK."""
    scheme = known["url"].partition("://")[0]
    request = json.dumps(
        {
            "FromEmailAddress": f"Demo shop <{known['sender']}>",
            "Subject": "Your order {{order}}",
            "Destination": ["delivered@inbox.test"],
            "Template": {"TemplateID": known["template_id"], "TemplateData": json.dumps(known["template_data"])},
        }
    )
    code = (
        "from tencentcloud.common.common_client import CommonClient as C; "
        "from tencentcloud.common.credential import Credential; "
        "from tencentcloud.common.profile.client_profile import ClientProfile as P; "
        "from tencentcloud.common.profile.http_profile import HttpProfile as H; "
        f"print(C('ses', '2020-10-02', Credential('{known['api']['secret_id']}', '{known['api']['secret_key']}'), "
        f"'{settings.REGIONS[0]}', P(httpProfile=H(protocol='{scheme}', endpoint='{known['api']['endpoint']}')))"
        f".call_json('SendEmail', {request}))"
    )
    quoted = code.replace("\\", "\\\\").replace('"', '\\"')
    return f'{_python()} -c "{quoted}"'


def _python() -> str:
    return ".venv/bin/python" if settings.SOURCE_TREE else shlex.quote(sys.executable)


def _sdk() -> str:
    heading = "Send an email through the official SDK (paste as one line into another terminal, in this folder):"
    # A source tree's virtual environment has the SDK, for the tests; a package does not need it.
    return heading if settings.SOURCE_TREE else f"{heading}\n  {_python()} -m pip install {SDK}"


def _people(account: Account) -> dict[str, str]:
    passwords = {}
    for role, email, name in PEOPLE:
        passwords[email] = f"{role.value}-{secrets.token_hex(5)}"
        person = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)
        person.set_password(passwords[email])
        person.save(update_fields=["password"])
        Membership.objects.update_or_create(account=account, user=person, defaults={"role": role})
    return passwords


def _domain(operator: Caller) -> None:
    domain = SenderDomain.objects.filter(name=DOMAIN).first() or sender_domains.create(operator, name=DOMAIN)
    zone.publish(service(operator.account), domain=domain)
    # The zone's DNS server is not running yet; its table answers instead.
    verification.verify(operator, domain=domain, resolver=dns.TableResolver())
    if not domain.addresses.filter(address=SENDER).exists():
        addresses.create(operator, address=SENDER, name="Demo shop")


def _template(operator: Caller, reviewer: Caller) -> Template:
    template = Template.objects.filter(account=operator.account, name=TEMPLATE_NAME).first()
    if template is None:
        template = review.create(operator, name=TEMPLATE_NAME, html=TEMPLATE, summary="Sent when an order is placed")
    if template.approved_id is None:
        review.approve(reviewer, review=review.submit(operator, template=template), reason="Clear and useful")
        template.refresh_from_db()
    return template


def _notes() -> Path:
    return Path(settings.DATA_DIR) / "demo.json"


def _keep(known: dict[str, Any]) -> None:
    with os.fdopen(os.open(_notes(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(known, file, indent=2)
