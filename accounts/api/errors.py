"""The API's errors: codes, their messages, and input errors as codes."""

from __future__ import annotations

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
    """Return a serializer's first error as a refusal; `codes`: path of a parameter -> the code of its bad values."""
    path, error = _first(detail)
    name = ".".join(path)[:100]
    if error.code == "required":
        return missing(name)
    if error.code == fields.UNKNOWN:
        unknown = gettext("The parameter `%(name)s` is not defined for this action.")
        return Refused("UnknownParameter", unknown % {"name": name}, field=name)
    code = "InvalidParameter" if error.code in {fields.TYPE, "null"} else "InvalidParameterValue"
    if error.code == fields.VALUE:
        code = codes.get(".".join(step for step in path if not step.isdigit()), code)
    return Refused(code, fields.named(str(error), f"`{name}`" if name else gettext("The input")), field=name)


def _first(detail: Any) -> tuple[list[str], Any]:
    """Return the path to the first error and the error itself."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        path, error = _first(inner)
        return ([str(name), *path] if name != "" else path), error
    if isinstance(detail, list):
        index, inner = next((i, item) for i, item in enumerate(detail) if item)
        if isinstance(inner, dict | list):
            path, error = _first(inner)
            return [str(index), *path], error
        return [], inner
    return [], detail
