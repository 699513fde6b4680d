"""Reading set-aside reports again after a fix: `manage.py reread_reports`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Count
from django.utils.dateparse import parse_datetime

from accounts import audit
from accounts.caller import COMMAND_LINE
from sending import report_queue
from sending.models import InboundReport


class Command(BaseCommand):
    """Lets reports wait to be read once more; `run_inbound` then reads them."""

    help = "Read reports again that were set aside. What a report says is recorded once, however often it is read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to read again."""
        parser.add_argument("ids", nargs="*", type=int, help="ids of reports; without any, all that were set aside")
        parser.add_argument("--since", type=_moment, help="only those set aside since then, as 2026-03-01T00:00Z")
        parser.add_argument("--list", action="store_true", help="list what was set aside, by reason; change nothing")

    def handle(self, *args: Any, ids: list[int], since: datetime | None, **options: Any) -> None:
        """Put them back and say how many."""
        if options["list"]:
            self._list(since)
            return
        which = ", ".join(map(str, ids)) or "set aside"
        with transaction.atomic():
            count = report_queue.read_again(ids=ids or None, since=since)
            audit.log_platform(COMMAND_LINE, "admin.read_reports_again", f"{which} since {since}" if since else which)
        self.stdout.write(f"{count} reports wait to be read again.")

    def _list(self, since: datetime | None) -> None:
        aside = InboundReport.objects.filter(state=InboundReport.State.ASIDE)
        if since:
            aside = aside.filter(read_at__gte=since)
        for row in aside.values("summary").annotate(count=Count("id")).order_by("-count", "summary"):
            self.stdout.write(f"{row['count']:>7} {row['summary']}")


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise CommandError(f"{text} is no moment; write it as 2026-03-01T00:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
