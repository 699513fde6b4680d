"""The two ways an act refuses; each channel (console, API, SMTP) shows them in its own format."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext


class Refused(Exception):
    """The act was not done. `code` is the API's error code, `message` says what to do, `field` names the input."""

    def __init__(self, code: str, message: str | Promise, *, field: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = str(message)
        self.field = field


class Forbidden(Refused):
    """The caller lacks a right."""

    def __init__(self, right: str, *, holders: str = "") -> None:
        text = gettext("You need the right %(right)s for this.")
        if holders:
            text = gettext("You need the right %(right)s for this. Ask for the role %(holders)s.")
        super().__init__("AuthFailure.UnauthorizedOperation", text % {"right": right, "holders": holders})
        self.right = right
