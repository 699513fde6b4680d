"""The one check of what people name: accounts, users, keys."""

from __future__ import annotations

from django.utils.translation import gettext

from accounts.errors import Refused
from accounts.mail.text import check_name


def checked_name(name: str, *, field: str = "name") -> str:
    """Return the name without white space around it; raise Refused for a character that no name may have."""
    name = name.strip()
    try:
        check_name(name, gettext("The name"))
    except ValueError as error:
        raise Refused("InvalidParameterValue", str(error), field=field) from None
    return name
