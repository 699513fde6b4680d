"""Offset and Limit: the API's paging, over tables small enough for it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.api.fields import NAME, VALUE, Integer, Params

# For `Action.codes` of every action that pages.
CODES = {"Limit": "FailedOperation.InvalidLimit"}


class LimitParam(Integer):
    """How many rows a page may have; 0 is an empty page."""

    def to_internal_value(self, data: Any) -> int:
        limit = super().to_internal_value(data)
        if limit > settings.RULES.list_page_max:
            text = _("%(name)s must be at most %(max)d.")
            raise ValidationError(text % {"name": NAME, "max": settings.RULES.list_page_max}, code=VALUE)
        return limit


class PageInput(Params):
    """The input of an action that returns a page."""

    Offset = Integer()
    Limit = LimitParam()
