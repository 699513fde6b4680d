"""The addresses that mails lead to: pixel, links and unsubscription (RFC 8058 3.2).

No log-in, no cookie, no open redirect.
"""

from __future__ import annotations

import base64
import logging
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from sending import events, sensitive
from sending.models import EventKind, Message, Submission
from sending.models.ids import ms_of
from sending.tracking import agents, bursts, links
from sending.tracking.masking import masked
from sending.unsubscribe_languages import language_of
from templates_app import queries, rendering

logger = logging.getLogger(__name__)

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
NO_STORE = "no-store, no-cache, must-revalidate, private, max-age=0"
RETRY_SECONDS = 30
# How browsers say that nobody asked for the page yet: the Fetch standard's header, and older ones of each.
PURPOSE_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
GONE = gettext_lazy("This link is not known. It may be incomplete, or the email it came with is no longer kept.")
AWAY = gettext_lazy("This link cannot be opened at the moment. Please try again in a minute.")


class PixelView(View):
    """The open pixel: always the same picture, whatever the token and whether or not it can be recorded."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Record an open, and show the pixel."""
        message = links.read_pixel(token)
        if message is not None and request.method == "GET":
            _record(_visit(request, EventKind.OPEN, message))
        return pixel()


class ClickView(View):
    """A tracked link: to the target its template version holds, and nowhere else."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Record a click, and send the reader on."""
        click = links.read_click(token)
        try:
            target = _target(click) if click else None
        except (DatabaseError, InterfaceError) as error:
            logger.warning("a click cannot be followed: %s", error)
            return _plain(AWAY, 503, **{"Retry-After": str(RETRY_SECONDS)})
        if not click or not target:
            return _plain(GONE, 404)
        if request.method == "GET":
            _record(_visit(request, EventKind.CLICK, click.message, link=target.shown), links_in_mail=target.links)
        return HttpResponseRedirect(
            links.location(target.url), headers={"Cache-Control": NO_STORE, "Referrer-Policy": "no-referrer"}
        )


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribeView(View):
    """The unsubscribe page: GET asks, POST does it at once (no cookie, no log-in, no redirect)."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show one question and one button; change nothing, since scanners follow every link."""
        return self._page(request, token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Unsubscribe, once however often it is asked."""
        return self._page(request, token, leave=True)

    def _page(self, request: HttpRequest, token: str, *, leave: bool = False) -> HttpResponse:
        number = links.read_unsubscribe(token)
        try:
            message = Message.objects.filter(pk=number).first() if number is not None else None
            if message is None:
                return _plain(GONE, 404)
            code = Submission.objects.filter(pk=message.submission_id).values_list("unsubscribe", flat=True).first()
            if leave:
                events.record([_visit(request, EventKind.UNSUBSCRIBE, message.pk)])
        except (DatabaseError, InterfaceError) as error:
            logger.warning("an unsubscription was not taken: %s", error)
            return _plain(AWAY, 503, **{"Retry-After": str(RETRY_SECONDS)})
        language = language_of(code or "", settings.SITE)
        names = {"sender": message.sender_domain, "address": masked(message.recipient)}
        context = {
            "language": language,
            "question": language.question.format(**names),
            "done": language.done.format(**names) if leave or message.unsubscribed_at else "",
        }
        # Without the request: a stranger's page has no session, no account and no navigation.
        page = render_to_string("sending/unsubscribe.html", context)
        return HttpResponse(page, headers={"Cache-Control": NO_STORE, "Content-Language": language.tag})


def pixel() -> HttpResponse:
    """Return the picture of one transparent point."""
    return HttpResponse(PIXEL, content_type="image/gif", headers={"Cache-Control": NO_STORE})


class _Target(NamedTuple):
    url: str
    # What is recorded: without sensitive values.
    shown: str
    # How many different links the mail has.
    links: int


def _target(click: links.ClickToken) -> _Target | None:
    submission = Message.objects.filter(pk=click.message).values_list("submission_id", flat=True).first()
    if submission is None:
        return None
    made_from = Submission.objects.filter(pk=submission).values_list("version", "variables", "sensitive").first()
    if made_from is None:
        return None
    version, variables, names = made_from
    try:
        compiled = queries.compiled(version)
        wanted = {piece.name for piece in compiled.links[click.index] if isinstance(piece, rendering.Variable)}
        if not wanted <= variables.keys():
            # Its values are no longer kept: another address would be a wrong one.
            return None
        url = rendering.fill_link(compiled, click.index, variables)
        shown = rendering.fill_link(compiled, click.index, sensitive.shown(variables, names))
        parts = urlsplit(url)
    except (LookupError, ValueError):
        return None
    is_web = parts.scheme in {"http", "https"} and parts.netloc
    return _Target(url, shown, len(set(compiled.links))) if is_web else None


def _visit(request: HttpRequest, kind: EventKind, message: int, *, link: str = "") -> events.NewEvent:
    agent = request.headers.get("User-Agent", "")
    purpose = " ".join(request.headers.get(name, "") for name in PURPOSE_HEADERS)
    # A one-click unsubscription is sent by the mailbox provider's program for a person who pressed its button.
    machine = kind != EventKind.UNSUBSCRIBE and agents.is_machine(agent, purpose=purpose)
    return events.NewEvent(kind=kind, message=message, link=link, user_agent=agent.replace("\0", ""), machine=machine)


def _record(event: events.NewEvent, *, links_in_mail: int = 0) -> None:
    try:
        with transaction.atomic():
            if events.record([event]) and not event.machine:
                _correct(event.message, links_in_mail)
    except (DatabaseError, InterfaceError) as error:
        # The reader gets what was asked for; only our figure is short of one.
        logger.warning("%s of message %d not recorded: %s", event.kind.label, event.message, error)


def _correct(message: int, links_in_mail: int) -> None:
    """Mark what the newest visit shows to be a program's; the message is locked, so that none is missed."""
    visits = [
        bursts.Visit(event.pk, ms_of(event.pk), event.link, event.user_agent, event.machine)
        for event in events.last_visits(message)
    ]
    burst = bursts.Burst(settings.RULES.burst_clicks, settings.RULES.burst_milliseconds)
    if automated := bursts.automated(visits, links=links_in_mail, burst=burst):
        events.mark_automated(message, automated)


def _plain(text: str | Promise, status: int, **headers: str) -> HttpResponse:
    headers = {"Cache-Control": NO_STORE, **headers}
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", status=status, headers=headers)
