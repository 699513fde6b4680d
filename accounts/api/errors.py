"""The API's errors: codes, their messages, and input errors as codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from accounts.api import fields
from accounts.api.requests import missing
from accounts.errors import Refused
from accounts.mail.text import NOT_IN_LINE, code_point

# What a caller gets who names no language, as the SDKs do.
DEFAULT_LANGUAGE = "zh-CN"

# Messages that the reference service is known to send; every other refusal brings its own.
MESSAGES: dict[str, str | Promise] = {
    "AuthFailure.SecretIdNotFound": gettext_lazy(
        "The SecretId is not found, please ensure that your SecretId is correct."
    ),
    "AuthFailure.SignatureFailure": gettext_lazy(
        "The provided credentials could not be validated. Please check your signature is correct."
    ),
}
# Whose errors come before those of values.
_ORDER = {fields.UNKNOWN: 0, "required": 1, fields.TYPE: 2}
INTERNAL = "InternalError", gettext_lazy("Something went wrong on our side. Please try again.")


def refusal(code: str, *, field: str = "") -> Refused:
    """Return the refusal of a code whose message is fixed."""
    return Refused(code, MESSAGES[code], field=field)


def django_language(language: str) -> str:
    """Return Django's name of an API language: Chinese when none is given, English for one we do not have."""
    return "zh-hans" if (language or DEFAULT_LANGUAGE).lower().startswith("zh") else "en"


def message(refused: Refused) -> str:
    """Return the refusal's message with what it quotes from the input made visible: "U+000A" for a line feed."""
    return NOT_IN_LINE.sub(lambda found: code_point(found[0]), refused.message)


def from_validation(detail: Any, codes: dict[str, str]) -> Refused:
    """Return a serializer's first error as a refusal; `codes`: path of a parameter -> the code of its bad values.

    First is what the original's common layer sees before the service sees values: unknown parameters anywhere in the
    input, then missing ones, then wrong types.
    """
    path, error = min(_all(detail), key=lambda found: _ORDER.get(found[1].code, len(_ORDER)))
    name = ".".join(path)[:100]
    if error.code == "required":
        return missing(name)
    if error.code == fields.UNKNOWN:
        unknown = gettext("The parameter `%(name)s` is not recognized.")
        return Refused("UnknownParameter", unknown % {"name": name}, field=name)
    code = "InvalidParameter" if error.code == fields.TYPE else "InvalidParameterValue"
    if error.code == fields.VALUE:
        code = codes.get(".".join(step for step in path if not step.isdigit()), code)
    return Refused(code, fields.named(str(error), f"`{name}`" if name else gettext("The input")), field=name)


def _all(detail: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each error with its path, in the order of the parameters."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _all(inner, (*path, str(name)) if name != "" else path)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _all(inner, (*path, str(index)) if isinstance(inner, dict | list) else path)
    else:
        yield path, detail
