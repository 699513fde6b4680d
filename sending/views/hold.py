"""The hold switch of the platform, what waits behind it, and what may be dropped after a restore."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.caller import platform_staff
from accounts.console.act_page import ActPage
from accounts.console.views import ConsoleView
from accounts.errors import Refused
from sending import holds, waiting
from sending.forms import DropForm, HoldForm
from sending.models import HoldPeriod

Kind = HoldPeriod.Kind
RIGHT = "platform.manage"
NAV = "sending:hold"
PAST_PERIODS = 10

# What becomes of each kind of work while it is on hold.
MEANINGS = {
    Kind.DELIVERY: gettext_lazy("Emails are accepted and wait. What is being sent is finished, nothing new begins."),
    Kind.CALLBACKS: gettext_lazy("Callbacks are kept and wait."),
    Kind.REPORTS: gettext_lazy("Bounce and spam reports are taken and kept. None is read, so none blocks an address."),
}


@dataclass(frozen=True)
class Switch:
    """One kind of work as the page shows it."""

    kind: HoldPeriod.Kind
    meaning: str | Promise
    period: HoldPeriod | None


class HoldPage(ConsoleView):
    """What is on hold and why, what waits, and the buttons."""

    right = RIGHT
    title = gettext_lazy("Hold")
    nav = NAV
    template_name = "sending/hold.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(HoldForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put on hold what is chosen."""
        form = HoldForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        words = form.cleaned_data["reason"]
        holds.hold(
            platform_staff(self.caller),
            kinds=form.cleaned_data["kinds"],
            reason=holds.IN_OWN_WORDS if words else "",
            values={"words": words} if words else {},
        )
        return HttpResponseRedirect(reverse(NAV))

    def show(self, form: HoldForm, status: int = 200) -> HttpResponse:
        """Render the page; with a time in the URL it counts what was accepted before."""
        periods = {Kind(period.kind): period for period in holds.current()}
        delivery = periods.get(Kind.DELIVERY)
        asked = "accepted_before" in self.request.GET
        start = {"accepted_before": timezone.localtime(delivery.began_at)} if delivery else {}
        drop = DropForm(self.request.GET) if asked else DropForm(initial=start)
        moment = drop.cleaned_data["accepted_before"] if asked and drop.is_valid() else None
        context = {
            "switches": [Switch(kind, meaning, periods.get(kind)) for kind, meaning in MEANINGS.items()],
            "on_hold": bool(periods),
            "delivery": delivery,
            "everything": len(periods) == len(MEANINGS),
            "waiting": waiting.in_all(),
            "accounts": waiting.by_account(),
            "form": form,
            "drop": drop,
            "moment": moment,
            "count": waiting.accepted_before(moment) if moment else None,
            "past": HoldPeriod.objects.exclude(ended_at=None).order_by("-ended_at")[:PAST_PERIODS],
        }
        return self.render(context, status=status)


class Release(ActPage):
    """Ends the hold of one kind, or of all."""

    right = RIGHT
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        asked = self.request.POST.get("kind", "")
        if asked and asked not in Kind.values:
            raise Refused("InvalidParameterValue", gettext("Nothing was released: this kind of work is not known."))
        kinds = [Kind(asked)] if asked else list(Kind)
        released = holds.release(platform_staff(self.caller), kinds=kinds)
        if Kind.DELIVERY in released:
            emails = waiting.in_all().emails
            said = ngettext(
                "Released. %(count)s email is sent now.", "Released. %(count)s emails are sent now.", emails
            )
            self.say(said % {"count": _number(emails)})
        else:
            self.say(gettext("Released.") if released else gettext("Nothing was on hold."))
        return reverse(NAV)


class DropWaiting(ActPage):
    """Drops the waiting emails that were accepted before a time."""

    right = RIGHT
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        form = DropForm(self.request.POST)
        if not form.is_valid():
            self.say(gettext("Say up to when the emails were accepted that shall be dropped."), messages.ERROR)
            return reverse(NAV)
        moment: datetime = form.cleaned_data["accepted_before"]
        total = waiting.drop_accepted_before(platform_staff(self.caller), moment=moment)
        said = ngettext("%(count)s email was dropped.", "%(count)s emails were dropped.", total)
        self.say(said % {"count": _number(total)})
        return reverse(NAV)


def _number(number: int) -> str:
    return formats.number_format(number, force_grouping=True)
