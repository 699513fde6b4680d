"""Search over everything an account has: each query is bounded, by an index or by what an account may have at most."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from accounts.caller import Caller
from accounts.mail.addresses import key_of, key_or_text
from accounts.scoping import visible
from blocklist.queries import look_up
from config import navigation
from domains.models import SenderAddress, SenderDomain
from domains.queries import domains
from sending import queries as mails
from sending.models import DeliverStatus, Message
from templates_app.models import Template
from templates_app.queries import search as templates_by_text

# Of each kind; the list of the kind has the others.
MAX_HITS = 5
MAX_TEXT = 320
# The most that the list of emails shows at once.
_ALL_DAYS = "90d"


@dataclass(frozen=True)
class SearchHit:
    """One thing that was found; `state` is shown as a badge, `at` as a time."""

    title: str
    url: str
    icon: str
    detail: str = ""
    state: object = None
    at: datetime | None = None


@dataclass(frozen=True)
class SearchGroup:
    """What was found of one kind, and the list that has all of it; "" where these are all."""

    label: str | Promise
    hits: list[SearchHit]
    all_url: str = ""


def search(caller: Caller, text: str) -> list[SearchGroup]:
    """Return what `text` finds among what the caller may see, kind by kind; nothing for a blank text."""
    text = _bare(text.strip()[:MAX_TEXT])
    if not text:
        return []
    found = (kind(caller, text) for right, kind in _KINDS if caller.may(right))
    return [group for group in found if group.hits]


def _bare(text: str) -> str:
    """Return what stands in angle brackets at the end, as in "Ann <ann@example.com>"; without them the text."""
    inner = text.rpartition("<")[2].removesuffix(">").strip()
    return inner if inner and text.endswith(">") else text


def _pages(caller: Caller, text: str) -> SearchGroup:
    pages = navigation.find(caller, text)
    hits = [SearchHit(str(page.label), page.url, page.icon, str(page.group)) for page in pages[:MAX_HITS]]
    return SearchGroup(pgettext_lazy("of the console", "Pages"), hits)


def _emails(caller: Caller, text: str) -> SearchGroup:
    """By message ID, or by the recipient's address or its beginning: alphabetically, which is the index's order."""
    all_messages = visible(Message.objects.only("id", "recipient", "subject", "deliver_status"), caller)
    field, found = "message_id", list(all_messages.filter(message_id=text).order_by("id")[: MAX_HITS + 1])
    if not found:
        field, found = "recipient", mails.first_to(all_messages, text, limit=MAX_HITS + 1)
    return _group(
        gettext_lazy("Emails"),
        found,
        lambda message: SearchHit(
            message.recipient,
            reverse("sending:message", args=[message.pk]),
            "mail",
            message.subject,
            DeliverStatus(message.deliver_status),
            message.accepted_at,
        ),
        _list("sending:status", **{field: text, "range": _ALL_DAYS}),
    )


def _templates(caller: Caller, text: str) -> SearchGroup:
    found = templates_by_text(visible(Template.objects.all(), caller), state="", text=text).order_by("-id")
    return _group(
        gettext_lazy("Templates"),
        found[: MAX_HITS + 1],
        lambda template: SearchHit(
            template.name,
            reverse("templates:detail", args=[template.pk]),
            "template",
            gettext("Template ID %(id)d") % {"id": template.pk},
            Template.State(template.state),
        ),
        _list("templates:list", q=text),
    )


def _domains(caller: Caller, text: str) -> SearchGroup:
    found = domains(caller).filter(name__contains=key_or_text(text).text)
    return _group(
        gettext_lazy("Sender domains"),
        found[: MAX_HITS + 1],
        lambda domain: SearchHit(
            domain.name, reverse("domains:detail", args=[domain.pk]), "world", state=SenderDomain.State(domain.state)
        ),
        _list("domains:list", q=text),
    )


def _addresses(caller: Caller, text: str) -> SearchGroup:
    rows = visible(SenderAddress.objects.only("address", "name"), caller)
    found = rows.filter(address__icontains=key_or_text(text).text) | rows.filter(name__icontains=text)
    return _group(
        gettext_lazy("Sender addresses"),
        found.order_by("address")[: MAX_HITS + 1],
        lambda row: SearchHit(row.address, _list("domains:addresses", q=row.address), "at", row.name),
        _list("domains:addresses", q=text),
    )


def _blocks(caller: Caller, text: str) -> SearchGroup:
    """A whole address alone: whether it is blocked."""
    label = gettext_lazy("Blocklist")
    try:
        key = key_of(text)
    except ValueError:
        return SearchGroup(label, [])
    blocks = [block for block in look_up(caller, key) if block.in_force and not block.exempt]
    url = _list("blocklist:look_up", address=key.text)
    hits = [
        SearchHit(key.text, url, "ban", block.row.get_kind_display(), at=block.row.created_at)
        for block in blocks[:MAX_HITS]
    ]
    return SearchGroup(label, hits)


# Templates, domains and addresses are few in an account, and have a maximum (`config.rules`).
_KINDS: tuple[tuple[str, Callable[[Caller, str], SearchGroup]], ...] = (
    ("overview.view", _pages),
    ("messages.view", _emails),
    ("templates.view", _templates),
    ("domains.view", _domains),
    ("domains.view", _addresses),
    ("blocklist.view", _blocks),
)


def _group(label: str | Promise, found: Iterable, hit: Callable[..., SearchHit], all_url: str) -> SearchGroup:
    """Make the group of rows of which one more than is shown was asked for."""
    rows = list(found)
    return SearchGroup(label, [hit(row) for row in islice(rows, MAX_HITS)], all_url if len(rows) > MAX_HITS else "")


def _list(url_name: str, **query: str) -> str:
    return f"{reverse(url_name)}?{urlencode(query)}"
