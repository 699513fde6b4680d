"""The filters of the statistics pages."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from accounts.caller import Caller
from accounts.console.filters import DatedFilters, Filters, Window
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
        super().__init__(data, caller=caller)
        _set_domain_choices(self, caller)


class FigureFilters(DatedFilters):
    """Sender domain, recipient domain and a date range."""

    sender_domain = forms.ChoiceField(label=gettext_lazy("Sender domain"))
    recipient_domain = forms.ChoiceField(label=gettext_lazy("Recipient domain"))
    field_order = ("range", "since", "until", "sender_domain", "recipient_domain")

    def __init__(self, data: QueryDict, *, caller: Caller) -> None:
        super().__init__(data, caller=caller)
        _set_domain_choices(self, caller)

    @staticmethod
    def default_range() -> str:
        """Return the preset of a chart whose dates nobody has chosen."""
        return "30d"

    def span_text(self) -> str:
        """Return the range as the end of a sentence: "in the last 30 days"."""
        preset = self.cleaned.get("range") or self.default_range()
        if preset in SPANS:
            return str(SPANS[preset])
        window = self.window
        first, last = timezone.localtime(window.start), timezone.localtime(window.end - timedelta(microseconds=1))
        return gettext("from %(first)s to %(last)s") % {"first": f"{first:%Y-%m-%d}", "last": f"{last:%Y-%m-%d}"}

    @property
    def window(self) -> Window:
        """Return the span that is asked for: a day at least, `MAX_SPAN` at most, whatever the dates say."""
        asked = super().window
        end = asked.end if asked.end > asked.start else asked.start + timedelta(days=1)
        return Window(max(asked.start, end - MAX_SPAN), end)


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
