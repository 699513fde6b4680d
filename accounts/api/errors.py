"""What the API says when it says no: codes, their words in two languages, and input errors as codes."""

from __future__ import annotations

from typing import Any

from accounts.api import fields
from accounts.api.wire import missing
from accounts.errors import Refused
from accounts.mail.text import NOT_IN_LINE, code_point

DEFAULT_LANGUAGE = "zh-CN"

# The sentences known from the wire; every other refusal brings its own words.
WIRE: dict[str, str] = {
    "AuthFailure.SecretIdNotFound": "The SecretId is not found, please ensure that your SecretId is correct.",
    "AuthFailure.SignatureFailure": "The provided credentials could not be validated. "
    "Please check your signature is correct.",
}
# In zh-CN, for the codes whose Chinese sentence is known.
CHINESE: dict[str, str] = {
    "UnknownParameter": "未定义参数 {field}",
    "FailedOperation.WithOutPermission": "仅支持使用模板发送邮件",
    "FailedOperation.NotAuthenticatedSender": "发件sender没有经过认证，无法发送。",
}
INTERNAL = "InternalError", "Something went wrong on our side. Please try again."


def wire(code: str, *, field: str = "") -> Refused:
    """Return the refusal of a code whose sentence is fixed."""
    return Refused(code, WIRE[code], field=field)


def message(refused: Refused, language: str) -> str:
    """Return the refusal's words in `language` ("zh-CN" when none is given) as far as there are any, else English.

    What they quote from the input is made visible: a control character shows as "U+000A".
    """
    words = refused.message
    if (language or DEFAULT_LANGUAGE) == DEFAULT_LANGUAGE and refused.code in CHINESE:
        words = CHINESE[refused.code].format(field=refused.field)
    return NOT_IN_LINE.sub(lambda found: code_point(found[0]), words)


def from_validation(detail: Any, codes: dict[str, str]) -> Refused:
    """Return a serializer's first error as a refusal; `codes`: member -> the code its bad values have."""
    path, error = _first(detail)
    name = ".".join(path)[:100]
    if error.code == "required":
        return missing(name)
    if error.code == fields.UNKNOWN:
        return Refused("UnknownParameter", f"The parameter `{name}` is not defined for this action.", field=name)
    code = "InvalidParameter" if error.code in {fields.TYPE, "null"} else "InvalidParameterValue"
    if error.code == fields.VALUE:
        code = codes.get(".".join(step for step in path if not step.isdigit()), code)
    return Refused(code, f"`{name}` {error}." if name else f"The input {error}.", field=name)


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
