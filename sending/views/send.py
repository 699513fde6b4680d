"""The Email Sending page: one mail by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.forms import FormPage
from sending import sensitive
from sending.acceptance.accept import accept
from sending.forms import VALUE, SendForm


class SendPage(FormPage):
    """Choose an approved template, fill its variables, send."""

    right = "messages.send"
    title = gettext_lazy("Email Sending")
    nav = "sending:send"
    template_name = "sending/send.html"
    form_class = SendForm

    def initial(self) -> dict[str, Any]:
        return {"template_id": self.request.GET.get("template", ""), "unsubscribe": "0"}

    def form_kwargs(self) -> dict[str, Any]:
        return {"caller": self.caller}

    def context(self, form: SendForm) -> dict[str, Any]:
        version = form.version
        # Addresses are kept in histories and logs: no sensitive value stands in one.
        values = sensitive.shown(form.values, form.sensitive)
        given = urlencode({f"{VALUE}{name}": value for name, value in values.items() if value})
        return {
            **super().context(form),
            "version": version,
            "simulated": settings.TRANSPORT == "simulator",
            "preview_url": f"{reverse('templates:preview', args=[version.pk])}?{given}" if version else "",
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "choose" not in request.POST:
            return super().post(request, **kwargs)
        # Another template or other values: show its fields and the filled mail; nothing typed is lost or judged yet.
        typed = SendForm(initial=request.POST.dict(), **self.form_kwargs())
        if "subject_only" in request.POST and request.POST.get("shown", "").split() == typed.names:
            # The subject asks for no other fields: leave alone those that are being typed in.
            return HttpResponse(status=204)
        return self.render(self.context(typed))

    def act(self, form: SendForm) -> str:
        accepted = accept(self.caller, draft=form.draft())
        if form.repeated:
            places = ", ".join(
                gettext("%(address)s (line %(line)d)") % {"address": listed.mailbox.address, "line": listed.line}
                for listed in form.repeated
            )
            messages.info(self.request, gettext("Entered again, and sent only once: %(places)s.") % {"places": places})
        if len(accepted.messages) == 1:
            messages.success(self.request, gettext("Accepted. This page updates automatically."))
            return reverse("sending:message", args=[accepted.messages[0]])
        count = len(accepted.messages)
        text = gettext("Accepted for %(count)d recipients. Each has a row here.")
        messages.success(self.request, text % {"count": count})
        return f"{reverse('sending:status')}?{urlencode({'message_id': accepted.message_id})}"
