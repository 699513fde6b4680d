"""Accounts and their members: create, suspend and resume; add, change and remove."""

from __future__ import annotations

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.caller import Caller, service
from accounts.errors import Refused
from accounts.mail.addresses import key_of
from accounts.models import Account, Membership, User
from accounts.names import checked_name
from accounts.roles import Role
from accounts.scoping import visible

# App ids of accounts made here start where the reference service's are: ten digits.
FIRST_APP_ID = 1_250_000_001


def create_account(*, name: str, app_id: int | None = None) -> Account:
    """Create an account; raise Refused when the name or the app id is taken."""
    name = checked_name(name)
    if not name:
        raise Refused("InvalidParameterValue", gettext("Give the account a name."), field="name")
    try:
        with transaction.atomic():
            app_id = next_app_id() if app_id is None else app_id
            account = Account.objects.create(name=name, app_id=app_id)
            audit.log(service(account), "accounts.create", name, app_id=app_id)
    except IntegrityError:
        raise Refused(
            "InvalidParameterValue",
            gettext("An account with this name or app ID already exists. Choose another."),
            field="name",
        ) from None
    return account


def next_app_id() -> int:
    """Return an app id above all that are taken."""
    highest = Account.objects.order_by("-app_id").values_list("app_id", flat=True).first() or 0
    return max(highest + 1, FIRST_APP_ID)


def initial_password() -> str:
    """Return a random password to be shown once: 20 characters in five groups."""
    return "-".join(secrets.token_hex(2) for _ in range(5))


def add_member(caller: Caller, *, email: str, name: str, role: str, password: str | None = None) -> Membership:
    """Give a person a role in the caller's account; a new email address makes a new user with `password`.

    An existing user keeps name and password. Without `password` a new user cannot log in, and with one the first page
    is that where it is changed.
    """
    caller.require("users.manage")
    _check_role(role)
    try:
        email = key_of(email).text
    except ValueError as error:
        raise Refused("InvalidParameterValue", str(error), field="email") from None
    name = checked_name(name)
    with transaction.atomic():
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User(email=email, name=name, must_change_password=password is not None)
            _set_password(user, password)
            user.save()
        try:
            with transaction.atomic():
                membership = Membership.objects.create(account=caller.account, user=user, role=role)
        except IntegrityError:
            raise Refused(
                "InvalidParameterValue",
                gettext("%(email)s is already a member. Change the role instead.") % {"email": email},
                field="email",
            ) from None
        audit.log(caller, "users.add", email, role=role)
    return membership


def change_role(caller: Caller, *, membership: Membership, role: str) -> Membership:
    """Change what a member may do; the last admin stays admin."""
    caller.require("users.manage")
    _check_role(role)
    with transaction.atomic():
        current = _locked(caller, membership)
        if current.role == role:
            return current
        if role != Role.ADMIN:
            _keep_an_admin(current)
        before, current.role = current.role, role
        current.save(update_fields=["role"])
        audit.log(caller, "users.change_role", current.user.email, before=before, after=role)
    return current


def remove_member(caller: Caller, *, membership: Membership) -> None:
    """Remove a member from the account, unless it is the last admin; the user and other memberships stay."""
    caller.require("users.manage")
    with transaction.atomic():
        current = _locked(caller, membership)
        _keep_an_admin(current)
        email = current.user.email
        current.delete()
        audit.log(caller, "users.remove", email)


def suspend(caller: Caller, *, account: Account, reason: str) -> None:
    """Stop all sending of `account` until `resume`; its members can still look."""
    caller.require("platform.manage")
    _move(caller, account, Account.Status.ACTIVE, Account.Status.SUSPENDED, reason)


def resume(caller: Caller, *, account: Account) -> None:
    """Let a suspended account send again."""
    caller.require("platform.manage")
    _move(caller, account, Account.Status.SUSPENDED, Account.Status.ACTIVE, "")


def change_password(caller: Caller, *, password: str) -> User:
    """Set the caller's own password; every other session of the user ends."""
    user = caller.user
    if user is None:
        raise Refused("InvalidParameterValue", gettext("Only users have a password."))
    with transaction.atomic():
        _set_password(user, password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        audit.log(caller, "users.change_password", user.email)
    return user


def end_other_sessions(caller: Caller, *, password: str) -> User:
    """End every session of the user but those that are given the new hash; Refused for a wrong password.

    The password stays: it is hashed anew, and a session is one of the hash that it began with.
    """
    user = caller.user
    if user is None or not user.check_password(password):
        raise Refused("InvalidParameterValue", gettext("This is not your current password."), field="current")
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        audit.log(caller, "session.end_others", user.email)
    return user


def set_name(caller: Caller, *, name: str) -> None:
    """Call the caller `name` from now on; "" for none."""
    user = caller.user
    if user is None:
        raise Refused("InvalidParameterValue", gettext("Only users have a name."))
    name = checked_name(name)
    if name == user.name:
        return
    with transaction.atomic():
        user.name = name
        user.save(update_fields=["name"])
        audit.log(caller, "users.set_name", user.email, name=name)


def set_time_zone(caller: Caller, *, zone: str) -> None:
    """Show the caller all times in `zone` from now on."""
    user = caller.user
    if user is None:
        raise Refused("InvalidParameterValue", gettext("Only users have a time zone."))
    if zone == user.time_zone:
        return
    with transaction.atomic():
        user.time_zone = zone
        user.save(update_fields=["time_zone"])
        audit.log(caller, "users.set_time_zone", user.email, zone=zone)


def _move(caller: Caller, account: Account, old: str, new: str, reason: str) -> None:
    with transaction.atomic():
        moved = Account.objects.filter(pk=account.pk, status=old).update(status=new, status_reason=reason)
        if not moved:
            already = gettext("%(account)s already has the status “%(status)s”.")
            raise Refused("FailedOperation", already % {"account": account.name, "status": Account.Status(new).label})
        audit.log(caller, f"accounts.{new}", account.name, reason=reason)
    account.refresh_from_db()


def _locked(caller: Caller, membership: Membership) -> Membership:
    """Return the row with the account's memberships locked, so that two admins cannot remove each other at once."""
    rows = {row.pk: row for row in visible(Membership.objects.select_for_update().order_by("pk"), caller)}
    if membership.pk not in rows:
        raise Refused("ResourceNotFound", gettext("This user is no longer a member of the account."))
    return rows[membership.pk]


def _keep_an_admin(leaving: Membership) -> None:
    if leaving.role != Role.ADMIN:
        return
    others = Membership.objects.filter(account_id=leaving.account_id, role=Role.ADMIN).exclude(pk=leaving.pk)
    if not others.exists():
        raise Refused(
            "FailedOperation",
            gettext("This is the last admin of the account. Make another user an admin first."),
            field="role",
        )


def _check_role(role: str) -> None:
    if role not in Role.values:
        choose = gettext("Choose one of these roles: %(roles)s.") % {"roles": ", ".join(map(str, Role.labels))}
        raise Refused("InvalidParameterValue", choose, field="role")


def _set_password(user: User, password: str | None) -> None:
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Refused("InvalidParameterValue", " ".join(error.messages), field="password") from None
    user.set_password(password)
