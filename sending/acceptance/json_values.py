"""Values that come as JSON inside a string: template variables and extra headers (pure)."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.utils.translation import gettext

from accounts.errors import Refused
from accounts.mail.text import NOT_IN_ROW


def variables(text: str) -> dict[str, str]:
    """Return the variables of a TemplateData: strings, and numbers and truths as written; raise Refused otherwise."""
    values = _object(text, "TemplateData", "FailedOperation.WrongContentJson")
    return {name: _scalar(name, value) for name, value in values.items()}


def headers(text: str) -> dict[str, str]:
    """Return the headers of an SmtpHeaders, empty for empty; raise Refused unless all values are strings."""
    values = _object(text, "SmtpHeaders", "InvalidParameterValue") if text else {}
    for name, value in values.items():
        if not isinstance(value, str) or NOT_IN_ROW.search(value):
            message = gettext("The header `%(name)s` must be a string.") % {"name": name[:100]}
            raise Refused("InvalidParameterValue", message, field="SmtpHeaders")
    return values


def _scalar(name: str, value: Any) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if value is None:
        value = ""
    if not isinstance(value, str) or NOT_IN_ROW.search(value):
        raise Refused(
            "FailedOperation.WrongContentJson",
            gettext("The variable `%(name)s` must be a string or a number.") % {"name": name[:100]},
            field="TemplateData",
        )
    return value


def _object(text: str, field: str, code: str) -> dict[str, Any]:
    try:
        # Numbers stay as written: 10.50 must not become 10.5.
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or any(NOT_IN_ROW.search(name) for name in value):
        message = gettext('%(field)s must be a JSON object in a string, such as {"name": "value"}.') % {"field": field}
        raise Refused(code, message, field=field)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
