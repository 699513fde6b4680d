"""Sending one email again: the form of Email Sending, filled with what is still kept of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from accounts.erased_addresses import PREFIX
from accounts.scoping import get_visible_or_404
from sending import queries
from sending.acceptance.accept import accept
from sending.acceptance.draft import Draft, File
from sending.forms import VALUE, SendForm
from sending.models import Attachment, Message, Submission
from sending.views.send import SendPage


class ResendPage(SendPage):
    """A new email like an earlier one, to its recipient; values that are no longer kept are asked for again."""

    title = gettext_lazy("Send again")
    nav = "sending:status"
    submit_label = gettext_lazy("Send again")

    @cached_property
    def message(self) -> Message:
        """The caller's message, or 404; also for a person whose data was erased."""
        message = get_visible_or_404(Message.objects.all(), self.caller, pk=self.kwargs["pk"])
        if message.recipient.startswith(PREFIX):
            raise Http404
        return message

    @cached_property
    def submission(self) -> Submission:
        """What the message was made from, or 404 once it was retired."""
        submission = queries.submission_of(self.message)
        if submission is None:
            raise Http404
        return submission

    def parent(self) -> tuple[str | Promise, str]:
        return self.message.subject, reverse("sending:message", args=[self.message.pk])

    def initial(self) -> dict[str, Any]:
        earlier = self.submission
        return {
            "template_id": str(earlier.template),
            "subject": earlier.subject,
            "from_address": earlier.from_address,
            "to": self.message.recipient,
            "unsubscribe": earlier.unsubscribe,
            **{
                f"{VALUE}{name}": value
                for name, value in earlier.variables.items()
                # As after sending, also while it is still kept.
                if name not in earlier.sensitive
            },
        }

    def context(self, form: SendForm) -> dict[str, Any]:
        earlier = self.submission
        return {
            **super().context(form),
            "earlier": earlier,
            "asked_again": sorted(earlier.sensitive),
            "files": [file.name for file in self._files()],
        }

    def act(self, form: SendForm) -> str:
        accepted = accept(self.caller, draft=self._draft(form))
        messages.success(self.request, gettext("Accepted. This page updates automatically."))
        return reverse("sending:message", args=[accepted.messages[0]])

    def _draft(self, form: SendForm) -> Draft:
        """Return the form's draft with what the form does not show: reply address, kind, headers and files."""
        earlier = self.submission
        return replace(
            form.draft(),
            reply_to=earlier.reply_to,
            trigger_type=earlier.trigger_type,
            headers=earlier.headers,
            attachments=tuple(self._files()),
        )

    def _files(self) -> list[File]:
        files = Attachment.objects.filter(submission=self.submission, account=self.message.account_id).order_by("id")
        return [File(name=file.name, content=bytes(file.content)) for file in files]
