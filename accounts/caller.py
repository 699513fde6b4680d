"""Who asks: the first argument of every act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_noop

from accounts.errors import Forbidden
from accounts.models import Account, ApiKey, User
from accounts.roles import RIGHTS, STAFF_RIGHTS, holders

Channel = Literal["console", "api", "smtp", "task"]


@dataclass(frozen=True)
class Caller:
    """One account seen with one set of rights, through one channel."""

    account: Account
    rights: frozenset[str]
    channel: Channel
    user: User | None = None
    api_key: ApiKey | None = None
    ip: str = ""
    # API keys may be limited to a list of actions; None means all of them.
    actions: frozenset[str] | None = None

    def may(self, right: str) -> bool:
        """Say whether the caller holds `right`."""
        return right in self.rights

    def require(self, right: str) -> None:
        """Raise Forbidden unless the caller holds `right`."""
        if right not in self.rights:
            raise Forbidden(right, holders=holders(right))

    @property
    def name(self) -> str:
        """Return the name the audit log shows."""
        if self.user:
            return self.user.email
        return self.api_key.secret_id if self.api_key else self.channel


@dataclass(frozen=True)
class PlatformActor:
    """Who does what concerns no account in particular: platform staff, or the service itself."""

    name: str
    channel: Channel
    ip: str = ""


COMMAND_LINE = PlatformActor(gettext_noop("command line"), "task")


def platform_staff(caller: Caller) -> PlatformActor:
    """Return the platform staff that the caller is; raise Forbidden when the caller is none."""
    caller.require("platform.manage")
    return PlatformActor(caller.name, caller.channel, caller.ip)


def member(account: Account, user: User, *, ip: str = "") -> Caller:
    """Return `user` as a console caller of `account`; without membership the rights are none, staff have all."""
    if user.is_staff:
        return Caller(account, STAFF_RIGHTS, "console", user=user, ip=ip)
    roles = user.memberships.filter(account=account).values_list("role", flat=True)
    rights = frozenset().union(*(RIGHTS[role] for role in roles)) if roles else frozenset()
    return Caller(account, rights, "console", user=user, ip=ip)


def key_holder(api_key: ApiKey, *, ip: str = "") -> Caller:
    """Return the caller that a verified signature stands for: an admin's rights, limited to the key's actions."""
    actions = frozenset(api_key.actions) if api_key.actions else None
    return Caller(api_key.account, RIGHTS["admin"], "api", api_key=api_key, ip=ip, actions=actions)


def service(account: Account) -> Caller:
    """Return the caller that the service's own tasks act as in `account`."""
    return Caller(account, STAFF_RIGHTS, "task")
