"""The types of an action's parameters: strict for JSON, converting where parameters came as text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.mail.text import NOT_IN_LINE, NOT_IN_ROW, code_point

_WHOLE = re.compile(r"-?[0-9]{1,20}")
MAX_INTEGER = 2**63 - 1

# Codes of our validation errors; `errors.from_validation` turns them into the API's.
TYPE = "type"
VALUE = "value"
UNKNOWN = "unknown"
# Stands in an error's text for the path of the parameter, which only `errors.from_validation` knows.
NAME = "%(name)s"


def named(text: str, name: str) -> str:
    """Return an error's text with the parameter's name in it; before it where the text has no place for one."""
    return text.replace(NAME, name) if NAME in text else f"{name}: {text}"


class Param(serializers.Field[Any, Any, Any, Any]):
    """One parameter of an action; subclasses say what it may hold."""

    @property
    def as_text(self) -> bool:
        """Say whether the request could only carry text."""
        return bool(self.context.get("as_text"))


class Text(Param):
    """A string without control characters; `lines` lets line breaks and tabs through."""

    def __init__(self, *, lines: bool = False, numbers: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._forbidden = NOT_IN_ROW if lines else NOT_IN_LINE
        self._numbers = numbers

    def to_internal_value(self, data: Any) -> str:
        if self._numbers and isinstance(data, int) and not isinstance(data, bool):
            return str(data)
        if not isinstance(data, str):
            raise ValidationError(_("%(name)s must be a string."), code=TYPE)
        found = self._forbidden.search(data)
        if found:
            text = _("%(name)s contains the character %(character)s. Remove it.")
            raise ValidationError(text % {"name": NAME, "character": code_point(found[0])}, code=VALUE)
        return data


class Integer(Param):
    """A whole number from `min_value` to `max_value`."""

    def __init__(self, *, min_value: int = 0, max_value: int = MAX_INTEGER, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._min_value = min_value
        self._max_value = max_value

    def to_internal_value(self, data: Any) -> int:
        if self.as_text and isinstance(data, str) and _WHOLE.fullmatch(data):
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            raise ValidationError(_("%(name)s must be a whole number."), code=TYPE)
        if not self._min_value <= data <= self._max_value:
            text = _("%(name)s must be a number from %(min)d to %(max)d.")
            raise ValidationError(text % {"name": NAME, "min": self._min_value, "max": self._max_value}, code=VALUE)
        return data


class Boolean(Param):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if self.as_text and isinstance(data, str) and data.lower() in {"true", "false"}:
            data = data.lower() == "true"
        if not isinstance(data, bool):
            raise ValidationError(_("%(name)s must be true or false."), code=TYPE)
        return data


class Base64(Param):
    """Standard base64 (RFC 4648 4), line breaks between its characters tolerated; its value is the bytes."""

    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, str):
            raise ValidationError(_("%(name)s must be a string in base64."), code=TYPE)
        try:
            return base64.b64decode(data.replace("\r", "").replace("\n", ""), validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError(_("%(name)s is not valid base64."), code=VALUE) from None


class ParamList(serializers.ListField):
    """An array of one kind of parameter."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise ValidationError(_("%(name)s must be an array."), code=TYPE)
        return super().to_internal_value(data)


class Params(serializers.Serializer[Any]):
    """An object whose parameters are all declared: an unknown one is an error, `null` is the same as absent."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise ValidationError({"": ErrorDetail(_("%(name)s must be an object."), code=TYPE)})
        unknown = next((name for name in data if name not in self.fields), None)
        if unknown is not None:
            raise ValidationError({unknown: ErrorDetail("", code=UNKNOWN)})
        return super().to_internal_value({name: value for name, value in data.items() if value is not None})
