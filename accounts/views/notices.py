"""Notices on Overview."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy

from accounts import notices
from accounts.console.act_page import ActPage
from accounts.console.bulk import BulkAction, BulkPage
from accounts.models import Notice
from accounts.scoping import get_visible_or_404, visible


class BulkNotices(BulkPage):
    """Takes many notices off Overview."""

    right = "overview.view"
    nav = "stats:dashboard"
    actions = (
        BulkAction(
            "close",
            gettext_lazy("Close notices"),
            lambda caller, notice: notices.close(caller, notice=notice),
            gettext_lazy("Close these notices for everybody in the account?"),
            gettext_lazy("They stay in the audit log."),
            icon="x",
        ),
    )

    def rows(self) -> QuerySet[Notice]:
        return visible(Notice.objects.filter(closed_at=None), self.caller)

    def name_of(self, row: Notice) -> str:
        return row.sentence


class CloseNotice(ActPage):
    """Takes a notice off Overview, for everybody in the account."""

    right = "overview.view"

    def act(self, **kwargs: Any) -> str:
        notice = get_visible_or_404(Notice.objects.all(), self.caller, pk=kwargs["pk"])
        notices.close(self.caller, notice=notice)
        self.say(gettext("Notice closed. It stays in the audit log."))
        return self.back()
