"""Notices on Overview."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from accounts import notices
from accounts.console.act_page import ActPage
from accounts.models import Notice
from accounts.scoping import get_visible_or_404


class CloseNotice(ActPage):
    """Takes a notice off Overview, for everybody in the account."""

    right = "overview.view"

    def act(self, **kwargs: Any) -> str:
        notice = get_visible_or_404(Notice.objects.all(), self.caller, pk=kwargs["pk"])
        notices.close(self.caller, notice=notice)
        self.say(gettext("Notice closed. It stays in the audit log."))
        return self.back()
