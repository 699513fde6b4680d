"""What a list can be narrowed by: a form bound to the URL, with removable chips of what is applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import formats, timezone, translation
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from accounts.caller import Caller

# Query parameters of paging and format; a changed filter starts at the first page again.
PAGING = ("after", "before", "size", "format")
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


@dataclass(frozen=True)
class Chip:
    """One applied filter as text, and the query string without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True)
class Window:
    """A span of time, `start` included, `end` not."""

    start: datetime
    end: datetime


class Filters(forms.Form):
    """Base of every list's filters; all fields are optional and a bad value filters nothing."""

    def __init__(self, data: QueryDict, *, caller: Caller) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.query = data
        self.caller = caller
        for field in self.fields.values():
            field.required = False

    @property
    def cleaned(self) -> dict[str, Any]:
        """Return the applied values by field name; a field that is empty or wrong is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}

    def chips(self) -> list[Chip]:
        """Return what is applied, each with the query string that takes it away."""
        return [
            Chip(str(self.fields[name].label or self[name].label), self._text(name, value), self._without(name))
            for name, value in self.cleaned.items()
            if not self.fields[name].widget.is_hidden
        ]

    def for_log(self) -> dict[str, str]:
        """Return what is applied as the audit log keeps it: in English, whoever asks."""
        with translation.override("en"):
            return {chip.label: chip.value for chip in self.chips()}

    def cleared(self) -> str:
        """Return the query string without any filter; what a hidden field says (a tab, say) stays."""
        return self._without(*(name for name, field in self.fields.items() if not field.widget.is_hidden))

    def _text(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            names = {str(key): str(label) for key, label in _flat(field.choices)}
            return ", ".join(names.get(str(item), str(item)) for item in value)
        if isinstance(field, forms.ChoiceField):
            return next((str(label) for key, label in _flat(field.choices) if str(key) == str(value)), str(value))
        if isinstance(value, date):
            return value.isoformat()
        return str(value)

    def _without(self, *names: str) -> str:
        query = self.query.copy()
        for name in (*names, *PAGING):
            query.pop(name, None)
        return f"?{query.urlencode()}"


class DatedFilters(Filters):
    """Filters with a date range: presets, or two days of the user's time zone, both included."""

    PRESETS = (
        ("today", gettext_lazy("Today")),
        ("24h", gettext_lazy("Last 24 hours")),
        ("7d", gettext_lazy("Last 7 days")),
        ("30d", gettext_lazy("Last 30 days")),
        ("90d", gettext_lazy("Last 90 days")),
        ("custom", gettext_lazy("Custom dates")),
    )
    DAYS = {"today": 1, "7d": 7, "30d": 30, "90d": 90}

    range = forms.ChoiceField(choices=PRESETS, label=gettext_lazy("Time"))
    since = forms.DateField(label=pgettext_lazy("date", "From"), widget=_DAY)
    until = forms.DateField(label=pgettext_lazy("date", "Until"), widget=_DAY)

    def __init__(self, data: QueryDict, *, caller: Caller) -> None:
        dates = bool(data.get("since") or data.get("until"))
        # The window in force shows in the select, although the URL need not name it.
        self.implied = not dates and data.get("range", "custom") == "custom"
        data = data.copy()
        if dates or self.implied:
            data["range"] = "custom" if dates else self.default_range()
        super().__init__(data, caller=caller)

    @staticmethod
    def default_range() -> str:
        """Return the preset in force until the user chooses another."""
        return "7d" if settings.RULES.list_window_days <= 7 else "30d"

    def clean_since(self) -> date | None:
        """Refuse a mistyped year."""
        return _plausible(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        """Refuse a mistyped year."""
        return _plausible(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins: neither of its days is applied."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and not until and since > timezone.localdate():
            self.add_error("since", gettext("This day is still to come."))
        if since and until and until < since:
            days = {name: formats.date_format(day, "DATE_FORMAT") for name, day in (("since", since), ("until", until))}
            self.add_error("since", gettext("This is after the end date, %(end)s.") % {"end": days["until"]})
            self.add_error("until", gettext("This is before the start date, %(start)s.") % {"start": days["since"]})
        return self.cleaned_data

    @property
    def preset(self) -> str:
        """Return the name of the range in force; without a day that can be applied it is the default one."""
        asked = self.cleaned
        dated = "since" in asked or "until" in asked
        preset = str(asked.get("range") or self.default_range())
        return preset if dated or preset != "custom" else self.default_range()

    @property
    def window(self) -> Window:
        """Return the span the list covers; days are calendar days of the active time zone, today included."""
        now, today, preset = timezone.now(), timezone.localdate(), self.preset
        if preset == "custom":
            days = settings.RULES.list_window_days
            until = self.cleaned_data.get("until")
            end = _midnight(until) + timedelta(days=1) if until else now
            since = self.cleaned_data.get("since")
            return Window(_midnight(since) if since else end - timedelta(days=days), end)
        if preset == "24h":
            return Window(now - timedelta(hours=24), now)
        return Window(_midnight(today - timedelta(days=self.DAYS[preset] - 1)), now)

    def chips(self) -> list[Chip]:
        shown = super().chips()
        if self.implied or self.cleaned.get("range") == "custom":
            shown = [chip for chip in shown if chip.label != str(self.fields["range"].label)]
        return shown

    def _without(self, *names: str) -> str:
        # "custom" goes with its dates, and the default window stays out of the URL.
        dropped = ("range",) if self.implied or self.query.get("range") == "custom" else ()
        return super()._without(*names, *dropped)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _plausible(day: date | None) -> date | None:
    if day and not 2000 <= day.year <= 2100:
        raise forms.ValidationError(gettext("Enter a year from 2000 to 2100."))
    return day


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    flat: list[tuple[Any, Any]] = []
    for key, label in choices:
        flat += list(label) if isinstance(label, list | tuple) else [(key, label)]
    return flat
