"""The addresses that mails lead to: pixel, links and unsubscription (RFC 8058 3.2).

No log-in, no cookie, no open redirect.
"""

from __future__ import annotations

import base64
import logging

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts.mail.web_addresses import to_uri
from sending import events, sensitive
from sending.models import EventKind, Message, Submission
from sending.models.ids import ms_of
from sending.queries import first_kept
from sending.tracking import agents, bursts, links
from sending.tracking.masking import masked
from sending.unsubscribe_languages import language_of
from templates_app import queries, rendering

logger = logging.getLogger(__name__)

# What says where a numbered link led.
_MADE_FROM = ("version", "variables", "sensitive", "is_content_erased")
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
    """A tracked link: to the target that its token holds, and nowhere else."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Record a click, and send the reader on."""
        try:
            click = links.read_click(token) or _numbered_click(token)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("a click cannot be followed: %s", error)
            return _plain(AWAY, 503, **{"Retry-After": str(RETRY_SECONDS)})
        response = _redirect(click) if click else None
        if not click or not response:
            return _plain(GONE, 404)
        if request.method == "GET":
            visit = _visit(request, EventKind.CLICK, click.message, link=click.recorded)
            _record(visit, links_in_mail=click.links)
        return response


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


def redirect(token: str) -> HttpResponse | None:
    """Return the redirect of a click token that holds its target, nothing recorded and no database asked, else None."""
    click = links.read_click(token)
    return _redirect(click) if click else None


def _redirect(click: links.ClickToken) -> HttpResponse | None:
    """Return the redirect; None for a target that is no web address, or once events of its time are no longer kept."""
    if click.message < first_kept(settings.RULES.retention_days, timezone.now()):
        return None
    try:
        location = to_uri(click.target)
    except ValueError:
        return None
    return HttpResponseRedirect(location, headers={"Cache-Control": NO_STORE, "Referrer-Policy": "no-referrer"})


def _numbered_click(token: str) -> links.ClickToken | None:
    """Return the click of a token of the earlier form, which names a link of the version its mail was made from."""
    click = links.read_numbered_click(token)
    if click is None:
        return None
    submission = Message.objects.filter(pk=click.message).values_list("submission_id", flat=True).first()
    if submission is None:
        return None
    made_from = Submission.objects.filter(pk=submission).values_list(*_MADE_FROM).first()
    if made_from is None:
        return None
    version, variables, names, is_content_erased = made_from
    try:
        compiled = queries.compiled_at_approval(version)
        wanted = {piece.name for piece in compiled.links[click.index] if isinstance(piece, rendering.Variable)}
    except LookupError:
        return None
    missing = wanted - variables.keys()
    if missing and (is_content_erased or missing & names.keys()):
        # Its values are no longer kept: another address would be a wrong one.
        return None
    target, recorded = (
        rendering.fill_link(compiled, click.index, values) for values in (variables, sensitive.shown(variables, names))
    )
    return links.ClickToken(click.message, target, recorded, compiled.different_links)


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
