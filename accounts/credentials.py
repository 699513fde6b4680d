"""API keys: a SecretId that may be seen and a SecretKey that is shown once."""

from __future__ import annotations

import ipaddress
import secrets
import string
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.models import ApiKey
from accounts.names import checked_name

_ALPHABET = string.ascii_letters + string.digits


def create_key(
    caller: Caller, *, name: str, actions: Sequence[str] = (), networks: Sequence[str] = ()
) -> tuple[ApiKey, str]:
    """Create a key and return it with its SecretKey, which nothing shows again.

    `actions` limits what it may call and `networks` from where (addresses or CIDR); empty means no limit.
    """
    caller.require("keys.manage")
    name = checked_name(name)
    if not name:
        raise Refused("InvalidParameterValue", gettext("Give the key a name that says who uses it."), field="name")
    secret_key = _random(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            account=caller.account,
            name=name[:100],
            # The prefix and length that clients of the reference service know.
            secret_id=f"AKID{_random(32)}",
            secret_key=secret_key,
            actions=sorted(set(actions)),
            networks=[_network(text) for text in networks],
            created_by=caller.user,
        )
        audit.log(caller, "keys.create", key.secret_id, name=key.name, actions=key.actions, networks=key.networks)
    return key, secret_key


def set_key_enabled(caller: Caller, *, key: ApiKey, enabled: bool) -> None:
    """Let a key work or stop it; a stopped key is refused from the next call on."""
    caller.require("keys.manage")
    with transaction.atomic():
        moved = ApiKey.objects.filter(pk=key.pk, account=caller.account, enabled=not enabled).update(enabled=enabled)
        if moved:
            audit.log(caller, "keys.enable" if enabled else "keys.disable", key.secret_id, name=key.name)
    key.enabled = enabled


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise Refused(
            "InvalidParameterValue",
            gettext("“%(text)s” is not an IP address or network. Write 203.0.113.7 or 203.0.113.0/24, one per line.")
            % {"text": text.strip()},
            field="networks",
        ) from None


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
