"""From bytes to an action's parameters: JSON bodies (RFC 8259), and flattened names of forms and queries (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from accounts.errors import Refused

# `Attachments.0.FileName` is as deep as the service's own inputs go.
MAX_DEPTH = 8
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")


def from_json(body: bytes) -> dict[str, Any]:
    """Return the object in a JSON body, an empty body being an empty object; raise Refused when it is no object."""
    if not body.strip():
        return {}
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Refused("InvalidParameter", _("The body is not UTF-8 text. Send a JSON object in UTF-8.")) from None
    except json.JSONDecodeError as error:
        raise Refused(
            "InvalidParameter",
            _("The body is not JSON: see line %(line)d, column %(column)d. Send a JSON object.")
            % {"line": error.lineno, "column": error.colno},
        ) from None
    except (ValueError, RecursionError):
        raise Refused(
            "InvalidParameter", _("The body is not JSON that can be read: a number is too long, or it nests too deep.")
        ) from None
    if not isinstance(value, dict):
        raise Refused("InvalidParameter", _("The body must be a JSON object, such as `{}`."))
    return value


def from_query(query: str) -> dict[str, Any]:
    """Return the parameters of a query string, nested; their values are text."""
    return nest(pairs(query))


def pairs(encoded: str) -> dict[str, str]:
    """Return the names and raw values of a form or query; raise Refused when it cannot be read."""
    try:
        found = parse_qsl(encoded, keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise Refused("InvalidParameter", _("The request is not a URL-encoded form in UTF-8.")) from None
    if len(dict(found)) != len(found):
        raise Refused("InvalidParameter", _("A parameter is given twice. Give each name once."))
    return dict(found)


def nest(flat: Mapping[str, str]) -> dict[str, Any]:
    """Return `Destination.0`, `Template.TemplateID` and the like as lists and objects; raise Refused on nonsense."""
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        steps = name.split(".")
        if len(steps) > MAX_DEPTH or "" in steps:
            raise _misnamed(name)
        place = tree
        for step in steps[:-1]:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise _misnamed(name)
        if steps[-1] in place:
            raise _misnamed(name)
        place[steps[-1]] = value
    return {name: _listed(value, name) for name, value in tree.items()}


def _listed(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return value
    if not all(_INDEX.fullmatch(key) for key in value):
        return {key: _listed(child, f"{name}.{key}") for key, child in value.items()}
    indexes: Iterable[int] = sorted(int(key) for key in value)
    if list(indexes) != list(range(len(value))):
        text = _("The items of `%(name)s` must be numbered from 0 without gaps.") % {"name": name}
        raise Refused("InvalidParameter", text, field=name)
    return [_listed(value[str(index)], f"{name}.{index}") for index in indexes]


def _misnamed(name: str) -> Refused:
    shown = name if len(name) <= 100 else f"{name[:100]}…"
    text = _("The parameter name `%(name)s` conflicts with another one.") % {"name": shown}
    return Refused("InvalidParameter", text, field=shown)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
