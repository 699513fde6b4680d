"""Whatever changes something leaves an entry in the audit log: one doing for each address that takes a POST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import notices
from accounts.caller import member
from accounts.models import Account, AuditEntry, Notice, User
from blocklist import blocking
from domains.models import SenderDomain
from sending import holds
from sending.models import QueueItem
from sending.simulator import zone
from templates_app import archiving, review
from tests import factories
from tests.access.test_matrix import patterns
from tests.templates_app.bodies import GOOD

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
# They change nothing, or what they change is its own entry.
UNWRITTEN = {
    "accounts:switch": "looks at another account of one's own",
    "accounts:theme": "a cookie of the browser",
    "accounts:language": "a cookie of the browser",
    "sending:status": "a cookie of the browser",
    "sending:send": "the submission says who sent what",
    "sending:resend": "the submission says who sent what",
    "templates:preview_unsaved": "shows",
    "templates:screening": "shows",
    "tracking:unsubscribe": "an event of the mail",
}
Made = tuple[dict[str, Any], dict[str, Any]]


def draft(account: Account) -> Any:
    caller = factories.caller(account, "operator")
    return review.create(caller, name="Order", html=GOOD)


def waiting(account: Account) -> Any:
    template = draft(account)
    return review.submit(factories.caller(account, "operator"), template=template)


def claimed(account: Account, person: User) -> Any:
    open_review = waiting(account)
    review.claim(member(account, person), review=open_review)
    return open_review


def pk(row: Any) -> dict[str, Any]:
    return {"pk": row.pk}


def custom(account: Account) -> Any:
    return factories.block(account, kind="custom", cause="entered", address="held@example.com")


def entry(account: Account) -> Notice:
    notices.post(account, level=Notice.Level.INFO, subject="x", text="x")
    return Notice.objects.get()


def published(account: Account) -> SenderDomain:
    found = factories.domain(account)
    zone.publish(factories.service_caller(account), domain=found)
    return found


def invalid_address() -> str:
    """Return an address that another account's mail showed to be dead."""
    return factories.block(factories.account(), expires_at=datetime.now(UTC) + timedelta(days=9)).address


def exempt(account: Account) -> str:
    address = invalid_address()
    blocking.whitelist(factories.caller(account, "operator"), address=address)
    return address


def on_hold() -> None:
    holds.hold(holds.COMMAND_LINE, kinds=holds.Kind, reason="")


def held_mail(account: Account) -> None:
    on_hold()
    message = factories.message(account)
    QueueItem.objects.create(message=message.pk, account=account, recipient_domain="example.com")


def archived(account: Account) -> Any:
    template = draft(account)
    archiving.archive(factories.caller(account, "operator"), template=template)
    return template


def ticked(row: Any, action: str) -> dict[str, Any]:
    return {"action": action, "row": [row.pk], "sure": "yes"}


# The whole platform's: such an entry is of no account.
OF_NO_ACCOUNT = {"sending:hold", "sending:release"}
TOMORROW = datetime.now(UTC).date() + timedelta(days=2)
EDITOR = {"name": "Order", "kind": "html", "html": GOOD, "text": "", "summary": ""}
# URL name -> role, and a function of account and person that returns the URL's arguments and the form's fields.
DOINGS: dict[str, tuple[str, Callable[[Account, User], Made]]] = {
    "accounts:login": ("", lambda a, p: ({}, {"email": p.email, "password": PASSWORD})),
    "accounts:logout": ("analyst", lambda a, p: ({}, {})),
    "accounts:password": (
        "analyst",
        lambda a, p: (
            {},
            {"current": PASSWORD, "new": "another horse entirely", "again": "another horse entirely"},
        ),
    ),
    "accounts:notice_mails": ("analyst", lambda a, p: ({}, {"kinds": ["domains"], "language": "en"})),
    "accounts:profile": ("analyst", lambda a, p: ({}, {"name": "Ann Lee", "zone": "Asia/Shanghai"})),
    "accounts:end_sessions": ("analyst", lambda a, p: ({}, {"current": PASSWORD})),
    "accounts:time_zone": ("analyst", lambda a, p: ({}, {"zone": "Asia/Shanghai"})),
    "accounts:member_add": ("admin", lambda a, p: ({}, {"email": "new@example.test", "role": "analyst"})),
    "accounts:member": (
        "admin",
        lambda a, p: (pk(factories.user(a, "analyst").memberships.get()), {"role": "operator"}),
    ),
    "accounts:member_remove": ("admin", lambda a, p: (pk(factories.user(a, "analyst").memberships.get()), {})),
    "accounts:key_create": ("admin", lambda a, p: ({}, {"name": "shop"})),
    "accounts:key_enable": ("admin", lambda a, p: (pk(factories.api_key(a, enabled=False)), {})),
    "accounts:key_disable": ("admin", lambda a, p: (pk(factories.api_key(a)), {})),
    "accounts:keys_bulk": ("admin", lambda a, p: ({}, ticked(factories.api_key(a), "disable"))),
    "accounts:notices_bulk": ("operator", lambda a, p: ({}, ticked(entry(a), "close"))),
    "accounts:notice_close": ("operator", lambda a, p: (pk(entry(a)), {})),
    "domains:create": ("operator", lambda a, p: ({}, {"name": "new.example.test", "dkim_option": "1"})),
    "domains:verify": ("operator", lambda a, p: (pk(factories.domain(a, state="pending")), {})),
    "domains:change_key": ("operator", lambda a, p: (pk(factories.domain(a, state="pending")), {"dkim_option": "0"})),
    "domains:delete": ("operator", lambda a, p: (pk(factories.domain(a, state="pending")), {})),
    "domains:address_create": (
        "operator",
        lambda a, p: (
            {},
            {"domain": factories.domain(a).pk, "local": "news", "name": "News"},
        ),
    ),
    "domains:address_delete": ("operator", lambda a, p: (pk(factories.address(factories.domain(a))), {})),
    "domains:addresses_bulk": (
        "operator",
        lambda a, p: ({}, ticked(factories.address(factories.domain(a)), "delete")),
    ),
    "sending:erase": ("admin", lambda a, p: ({}, {"address": "ann@example.com", "sure": "on"})),
    "sending:hold": ("staff", lambda a, p: ({}, {"kinds": ["delivery"], "reason": "10 % wrong"})),
    "sending:release": ("staff", lambda a, p: (on_hold() or {}, {"kind": "reports"})),
    "sending:drop_waiting": ("staff", lambda a, p: (held_mail(a) or {}, {"accepted_before": "2100-01-01T00:00"})),
    "sending:publish_zone": ("operator", lambda a, p: (pk(factories.domain(a)), {})),
    "sending:unpublish_zone": ("operator", lambda a, p: (pk(published(a)), {})),
    "templates:create": ("operator", lambda a, p: ({}, EDITOR)),
    "templates:edit": ("operator", lambda a, p: (pk(draft(a)), EDITOR | {"name": "Other"})),
    "templates:sensitive": ("operator", lambda a, p: (pk(draft(a)), {"names": []})),
    "templates:submit": ("operator", lambda a, p: (pk(draft(a)), {})),
    "templates:withdraw": ("operator", lambda a, p: (pk(waiting(a).template), {})),
    "templates:archive": ("operator", lambda a, p: (pk(draft(a)), {})),
    "templates:restore": ("operator", lambda a, p: (pk(archived(a)), {})),
    "templates:duplicate": ("operator", lambda a, p: (pk(draft(a)), {})),
    "templates:bulk": ("operator", lambda a, p: ({}, ticked(draft(a), "archive"))),
    "templates:forbidden_phrases": ("staff", lambda a, p: ({}, {"category": "gambling", "phrase": "zzyzx"})),
    "templates:review": ("reviewer", lambda a, p: (pk(claimed(a, p)), {"decision": "approve", "reason": ""})),
    "templates:claim": ("reviewer", lambda a, p: (pk(waiting(a)), {})),
    "templates:release": ("reviewer", lambda a, p: (pk(claimed(a, p)), {})),
    "blocklist:add": ("operator", lambda a, p: ({}, {"address": "held@example.com"})),
    "blocklist:import": ("operator", lambda a, p: ({}, {"text": "held@example.com"})),
    "blocklist:whitelist": ("operator", lambda a, p: ({}, {"address": invalid_address(), "reason": "they are back"})),
    "blocklist:unwhitelist": ("operator", lambda a, p: ({}, {"address": exempt(a)})),
    "blocklist:bulk": ("operator", lambda a, p: ({}, ticked(custom(a), "remove"))),
    "blocklist:expiry": ("operator", lambda a, p: (pk(custom(a)), {"expires": TOMORROW.isoformat()})),
    "blocklist:remove": ("operator", lambda a, p: (pk(custom(a)), {})),
}


def test_every_address_that_takes_a_post_has_a_doing() -> None:
    takers = {
        name
        for name, pattern in patterns()
        if not name.startswith("admin:") and hasattr(getattr(pattern.callback, "view_class", None), "post")
    }
    assert takers == DOINGS.keys() | UNWRITTEN.keys(), "add a line per POST address to DOINGS"


@pytest.mark.parametrize("name", sorted(DOINGS))
def test_a_doing_leaves_an_entry(name: str) -> None:
    role, make = DOINGS[name]
    account = factories.account()
    person = factories.user(is_staff=True) if role == "staff" else factories.user(account, role or "analyst")
    person.set_password(PASSWORD)
    person.save()
    arguments, data = make(account, person)
    client = Client()
    if role:
        client.force_login(person)
    before = AuditEntry.objects.count()
    response = client.post(reverse(name, kwargs=arguments), data)
    assert response.status_code in {200, 302}
    added = list(AuditEntry.objects.order_by("id")[before:])
    assert added, "nothing was written down"
    of = None if name in OF_NO_ACCOUNT else account
    assert {(entry.account, entry.actor, entry.ip) for entry in added} == {(of, person.email, "127.0.0.1")}
