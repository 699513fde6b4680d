"""The types of an action's parameters: strict for JSON, converting where parameters came as text.

Two layers answer, as in the original: first whatever is wrong with names, presence and types anywhere in the input,
then with values (`errors.from_validation` chooses). So a field raises `wrong_type` or an error of code VALUE.
"""

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
# Of 64 bits without a sign, as the original's; a column holds the values up to the second one.
_UNSIGNED = 2**64
MAX_INTEGER = 2**63 - 1

# Codes of our validation errors; `errors.from_validation` turns them into the API's.
TYPE = "type"
VALUE = "value"
UNKNOWN = "unknown"
# Stands in an error's text for the path of the parameter, which only `errors.from_validation` knows.
NAME = "%(name)s"
# No action takes as many items: what counts them refuses a list that has so many, whatever else it holds.
MAX_ITEMS = 1_000


def named(text: str, name: str) -> str:
    """Return an error's text with the parameter's name in it; before it where the text has no place for one."""
    return text.replace(NAME, name) if NAME in text else f"{name}: {text}"


def wrong_type(type_name: str) -> ValidationError:
    """Return the error of a value that is of another JSON type, in the original's words."""
    text = _("The value type of parameter %(name)s is not valid, input type should be `%(type)s`")
    return ValidationError(text % {"name": NAME, "type": type_name}, code=TYPE)


class Param(serializers.Field[Any, Any, Any, Any]):
    """One parameter of an action; subclasses say what it may hold."""

    # As the original names it in its messages.
    type_name = ""

    @property
    def as_text(self) -> bool:
        """Say whether the request could only carry text."""
        return bool(self.context.get("as_text"))


class Text(Param):
    """A string without control characters; `lines` lets line breaks and tabs through."""

    type_name = "string"

    def __init__(self, *, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._forbidden = NOT_IN_ROW if lines else NOT_IN_LINE

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise wrong_type(self.type_name)
        found = self._forbidden.search(data)
        if found:
            text = _("%(name)s contains the character %(character)s. Remove it.")
            raise ValidationError(text % {"name": NAME, "character": code_point(found[0])}, code=VALUE)
        return data


class Integer(Param):
    """A whole number from `min_value` to `max_value`; a negative one is of another type."""

    type_name = "uint64"

    def __init__(self, *, min_value: int = 0, max_value: int = MAX_INTEGER, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._min_value = min_value
        self._max_value = max_value

    def to_internal_value(self, data: Any) -> int:
        if self.as_text and isinstance(data, str) and _WHOLE.fullmatch(data):
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int) or not 0 <= data < _UNSIGNED:
            raise wrong_type(self.type_name)
        if not self._min_value <= data <= self._max_value:
            text = _("%(name)s must be a number from %(min)d to %(max)d.")
            raise ValidationError(text % {"name": NAME, "min": self._min_value, "max": self._max_value}, code=VALUE)
        return data


class Boolean(Param):
    """true or false."""

    type_name = "bool"

    def to_internal_value(self, data: Any) -> bool:
        if self.as_text and isinstance(data, str) and data.lower() in {"true", "false"}:
            data = data.lower() == "true"
        if not isinstance(data, bool):
            raise wrong_type(self.type_name)
        return data


class Base64(Param):
    """Standard base64 (RFC 4648 4), line breaks between its characters tolerated; its value is the bytes."""

    type_name = "string"

    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, str):
            raise wrong_type(self.type_name)
        try:
            return base64.b64decode(data.replace("\r", "").replace("\n", ""), validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError(_("%(name)s is not valid base64."), code=VALUE) from None


class ParamList(serializers.ListField):
    """An array of one kind of parameter; `null` is of no kind. What follows MAX_ITEMS is not looked at."""

    type_name = "list"

    def __init__(self, *, child: Param | Params, **kwargs: Any) -> None:
        super().__init__(child=child, **kwargs)
        self._item_type = child.type_name

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise wrong_type(self.type_name)
        return super().to_internal_value(data)

    def run_child_validation(self, data: Any) -> list[Any]:
        items: list[Any] = []
        errors: dict[Any, Any] = {}
        for index, item in enumerate(data[:MAX_ITEMS]):
            try:
                if item is None:
                    raise wrong_type(self._item_type)
                items.append(self.child.run_validation(item))
            except ValidationError as error:
                errors[index] = error.detail
        if errors:
            raise ValidationError(errors)
        return items


class Params(serializers.Serializer[Any]):
    """An object whose parameters are all declared: an unknown one is an error, `null` is the same as absent."""

    type_name = "object"

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise ValidationError({"": wrong_type(self.type_name).detail})
        unknown = next((name for name in data if name not in self.fields), None)
        if unknown is not None:
            raise ValidationError({unknown: ErrorDetail("", code=UNKNOWN)})
        return super().to_internal_value({name: value for name, value in data.items() if value is not None})
