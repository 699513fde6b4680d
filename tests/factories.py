"""Rows that tests start from; each function makes one thing in a valid state and takes what should differ."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from accounts.caller import Caller, member, service
from accounts.models import Account, ApiKey, Membership, Notice, User
from accounts.roles import Role
from blocklist.models import BlockedAddress
from domains.models import SenderAddress, SenderDomain
from sending.models import Event, EventKind, Message, SimulatedMail, Submission
from sending.models.ids import first_of, take
from templates_app import rendering
from templates_app.models import Review, Skeleton, Template, Version

_numbers = itertools.count(1)


def account(**fields: Any) -> Account:
    """Return a new active account."""
    n = next(_numbers)
    return Account.objects.create(**{"name": f"Account {n}", "app_id": 1_250_000_000 + n, **fields})


def user(account: Account | None = None, role: str = Role.OPERATOR, **fields: Any) -> User:
    """Return a new user, a member of `account` where one is given; the password is "correct horse battery"."""
    n = next(_numbers)
    person = User.objects.create_user(
        fields.pop("email", f"user{n}@example.test"), fields.pop("password", "correct horse battery"), **fields
    )
    if account:
        Membership.objects.create(user=person, account=account, role=role)
    return person


def caller(account: Account, role: str = Role.OPERATOR, **fields: Any) -> Caller:
    """Return a console caller of `account` in `role`."""
    return member(account, user(account, role, **fields))


def service_caller(account: Account) -> Caller:
    """Return the caller of the service's own tasks."""
    return service(account)


_CAUSES = {"invalid": "bounced", "reject": "unsubscribed", "custom": "entered"}


def block(account: Account, **fields: Any) -> BlockedAddress:
    """Return a block of ann@example.com: an invalid address unless another kind is given, with a cause that fits."""
    kind = fields.get("kind", "invalid")
    values = {
        "kind": kind,
        "cause": _CAUSES[kind],
        "address": "ann@example.com",
        "sender_domain": "mail.test" if kind == "reject" else "",
    }
    return BlockedAddress.objects.create(account=account, **{**values, **fields})


def domain(account: Account, **fields: Any) -> SenderDomain:
    """Return a verified sender domain without a usable DKIM key; one whose records fail does so from now on."""
    n = next(_numbers)
    failing = fields.get("state") in {SenderDomain.State.FAILING, SenderDomain.State.FAILED}
    values = {
        "name": f"mail{n}.example.test",
        "state": SenderDomain.State.VERIFIED,
        "dkim_selector": "ses",
        "dkim_private_key": "none",
        "dkim_public_key": "none",
        "failing_since": datetime.now(UTC) if failing else None,
    }
    return SenderDomain.objects.create(account=account, **{**values, **fields})


def address(domain: SenderDomain, **fields: Any) -> SenderAddress:
    """Return a sender address of `domain`: news@ it, unless told else."""
    values = {"address": f"news@{domain.name}", "name": "News", **fields}
    return SenderAddress.objects.create(account=domain.account, domain=domain, **values)


def template(
    account: Account, *, html: str = "<p>Hello {{name}}, your code is {{code}}.</p>", text: str = "", **fields: Any
) -> Template:
    """Return an approved template with one version and its skeleton."""
    n = next(_numbers)
    made = Template.objects.create(
        account=account, **{"name": f"Template {n}", "state": Template.State.APPROVED, **fields}
    )
    version = Version.objects.create(
        account=account, template=made, number=1, html=html, text=text, digest="0" * 64, author="ann@example.test"
    )
    Skeleton.objects.create(version=version, account=account, parts=rendering.compile(html, text).to_json())
    made.latest = made.approved = version
    made.save()
    return made


def submission(account: Account, **fields: Any) -> Submission:
    """Return the record of one accepted request, without messages."""
    n = next(_numbers)
    values = {
        "message_id": f"qcloudses-30-{account.app_id}-date-20260301120000-test{n:08d}1",
        "channel": Submission.Channel.API,
        "submitted_by": "test",
        "sender_domain": "mail.example.test",
        "from_address": "news@mail.example.test",
        "subject": "Your code",
        "template": 1,
        "version": 1,
        "header_message_id": f"<{n}@mail.example.test>",
    }
    return Submission.objects.create(account=account, **{**values, **fields})


_submission = submission


def message(account: Account, *, submission: Submission | None = None, **fields: Any) -> Message:
    """Return a message that waits, without a place in the queue."""
    whole = submission or _submission(account)
    recipient = fields.get("recipient", "ann@example.com")
    values = {
        "id": take(1)[0],
        "submission": whole,
        "message_id": whole.message_id,
        "from_address": whole.from_address,
        "sender_domain": whole.sender_domain,
        "recipient": recipient,
        "recipient_domain": recipient.rpartition("@")[2],
        "subject": whole.subject[:200],
        "template": whole.template,
    }
    return Message.objects.create(account=account, **{**values, **fields})


def event(account: Account, kind: int = EventKind.DELIVERED, at: datetime | None = None, **fields: Any) -> Event:
    """Return an event at `at` (now, unless given): a mail of mail.test to ann@example.com, unless told else."""
    values = {
        "id": first_of(at or datetime.now(UTC)) + next(_numbers) % 1_048_576,
        "kind": kind,
        "message": 1,
        "sender_domain": "mail.test",
        "recipient_domain": "example.com",
        "recipient": "ann@example.com",
        "from_address": "news@mail.test",
        **fields,
    }
    return Event.objects.create(account=account, **values)


def api_key(account: Account, **fields: Any) -> ApiKey:
    """Return a new enabled key of `account` with full rights; its SecretKey stands in `secret_key`."""
    n = next(_numbers)
    return ApiKey.objects.create(
        **{"account": account, "name": f"key {n}", "secret_id": f"AKIDtest{n}", "secret_key": f"secret{n}", **fields}
    )


def review(account: Account, **fields: Any) -> Review:
    """Return the open review of a new template in `account`."""
    found = template(account)
    Template.objects.filter(pk=found.pk).update(state=Template.State.IN_REVIEW)
    return Review.objects.create(
        **{"account": account, "template": found, "version": found.latest, "submitted_by": "AKIDtest", **fields}
    )


def simulated_mail(account: Account, **fields: Any) -> SimulatedMail:
    """Return a mail in the simulator's inbox: to ann@x.test with one line of text, unless told else."""
    values = {
        "id": take(1)[0],
        "mail_from": "news@mail.example.test",
        "recipient": "ann@x.test",
        "subject": "Hello",
        "scenario": "delivered",
        "raw": b"Subject: Hello\r\n\r\nOne line\r\n",
        **fields,
    }
    return SimulatedMail.objects.create(account=account, **values)


def notice(account: Account, **fields: Any) -> Notice:
    """Return a new open notice of `account`."""
    n = next(_numbers)
    return Notice.objects.create(
        **{"account": account, "level": "info", "subject": f"subject {n}", "text": f"Notice {n}", **fields}
    )
