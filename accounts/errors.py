"""The two ways an act refuses; each channel (console, API, SMTP) shows them in its own format."""

from __future__ import annotations


class Refused(Exception):
    """The act was not done. `code` is the API's error code, `message` says what to do, `field` names the input."""

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.field = field


class Forbidden(Refused):
    """The caller lacks a right."""

    def __init__(self, right: str, *, holders: str = "") -> None:
        hint = f" Ask for the role {holders}." if holders else ""
        super().__init__("AuthFailure.UnauthorizedOperation", f"This needs the right {right}.{hint}")
        self.right = right
