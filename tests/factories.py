"""Rows that tests start from; each function makes one thing in a valid state and takes what should differ."""

from __future__ import annotations

import itertools
from typing import Any

from accounts.caller import Caller, member, service
from accounts.models import Account, Membership, User
from accounts.roles import Role
from blocklist.models import BlockedAddress

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


def block(account: Account, **fields: Any) -> BlockedAddress:
    """Return a block of ann@example.com: the platform's, by a hard bounce of `account`'s mail, unless told else."""
    values = {"kind": "invalid", "cause": "bounced", "address": "ann@example.com", **fields}
    return BlockedAddress.objects.create(account=account, **values)
