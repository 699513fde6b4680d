"""The filters of the statistics pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from accounts.caller import Caller
from accounts.console.filters import DatedFilters, Filters, Window
from accounts.mail.addresses import key_or_text
from stats import queries

# The longest span on one axis.
MAX_SPAN = timedelta(days=400)
# Preset -> the end of a sentence.
SPANS: dict[str, str | Promise] = {
    "today": gettext_lazy("today"),
    "24h": gettext_lazy("in the last 24 hours"),
    "7d": gettext_lazy("in the last 7 days"),
    "30d": gettext_lazy("in the last 30 days"),
    "90d": gettext_lazy("in the last 90 days"),
}


class LiveFilters(Filters):
    """Sender domain and recipient domain: the filters of a live page, which has no dates."""

    sender_domain = forms.ChoiceField(label=gettext_lazy("Sender domain"))
    recipient_domain = forms.ChoiceField(label=gettext_lazy("Recipient domain"))

    def __init__(self, data: QueryDict, *, caller: Caller) -> None:
        super().__init__(_with_domain_keys(data), caller=caller)
        _set_domain_choices(self, caller)


class FigureFilters(DatedFilters):
    """Sender domain, recipient domain and a date range."""

    sender_domain = forms.ChoiceField(label=gettext_lazy("Sender domain"))
    recipient_domain = forms.ChoiceField(label=gettext_lazy("Recipient domain"))
    field_order = ("range", "since", "until", "sender_domain", "recipient_domain")

    def __init__(self, data: QueryDict, *, caller: Caller) -> None:
        super().__init__(_with_domain_keys(data), caller=caller)
        _set_domain_choices(self, caller)

    @staticmethod
    def default_range() -> str:
        """Return the preset of a chart whose dates nobody has chosen."""
        return "30d"

    def clean(self) -> dict[str, Any]:
        """Refuse also a span that is too long for one axis."""
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        last = until or timezone.localdate()
        if since and last - since >= MAX_SPAN:
            first = formats.date_format(last - MAX_SPAN + timedelta(days=1), "DATE_FORMAT")
            text = gettext("A chart shows at most %(days)d days. Choose %(first)s or a later day.")
            self.add_error("since", text % {"days": MAX_SPAN.days, "first": first})
            if until:
                self.add_error(
                    "until", gettext("The dates are more than %(days)d days apart.") % {"days": MAX_SPAN.days}
                )
        return cleaned

    def span_text(self) -> str:
        """Return the range as the end of a sentence: "in the last 30 days"."""
        preset = self.preset
        if preset in SPANS:
            return str(SPANS[preset])
        window = self.window
        days = (timezone.localtime(window.start), timezone.localtime(window.end - timedelta(microseconds=1)))
        first, last = (f"{day:%Y-%m-%d}" for day in days)
        if first == last:
            return gettext("on %(day)s") % {"day": first}
        return gettext("from %(first)s to %(last)s") % {"first": first, "last": last}

    @property
    def window(self) -> Window:
        """Return the span that is asked for: a day at least."""
        asked = super().window
        return asked if asked.end > asked.start else Window(asked.start, asked.start + timedelta(days=1))


def _with_domain_keys(data: QueryDict) -> QueryDict:
    """Return the query with its domains as they are stored: in lower case and A-labels."""
    data = data.copy()
    for name in ("sender_domain", "recipient_domain"):
        if name in data:
            data[name] = key_or_text(str(data[name])).text
    return data


def _set_domain_choices(form: Filters, caller: Caller) -> None:
    """Offer the account's sender domains and the busiest recipient domains."""
    asked = {name: form.data.get(name, "") for name in ("sender_domain", "recipient_domain")}
    offered = {
        "sender_domain": queries.sender_domains(caller),
        "recipient_domain": queries.recipient_domains(caller, timezone.now().date()),
    }
    for name, domains in offered.items():
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)
        # A domain given in the URL stays chosen even if it is no longer among the busiest.
        rest = [asked[name]] if asked[name] not in domains and asked[name].isprintable() else []
        field.choices = [("", gettext("All")), *((domain, domain) for domain in [*domains, *rest] if domain)]
