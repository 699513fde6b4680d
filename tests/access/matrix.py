"""Who may open what: one line for every URL of the product, or the suite fails.

To add a page, add a line to ROWS under its URL name:

    "domains:list": page("operator analyst admin"),
    "domains:detail": page("operator analyst admin", lambda account: {"pk": factories.domain(account).pk}),
    "domains:verify": act("operator admin", lambda account: {"pk": factories.domain(account).pk}),
    "tracking:open": public({404}, lambda account: {"token": "none"}),

`page` is opened by GET and `act` by POST with no fields. The roles named get in: a page answers 200, an act
redirects or shows its form again with 422 (an act that wants other fields gives them as `data`). The other
roles get 403, strangers without login go to the login page. Where the URL names a row (the function makes
one in the account it is given and returns the URL's arguments), people of another account get 404 with the
same body as for a row that is not there. `staff` is the platform's staff, who may open everything but what
is `public`, which answers anybody with one of the given statuses.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Account
from tests import factories

Arguments = Callable[[Account], dict[str, Any]]
_numbers = itertools.count(1)
ROLES = ("operator", "reviewer", "analyst", "admin")


@dataclass(frozen=True)
class Row:
    """What is expected of one URL."""

    method: str
    roles: frozenset[str]
    arguments: Arguments | None = None
    data: dict[str, Any] = field(default_factory=dict)
    # A POST that changes nothing answers with a page.
    changes: bool = True
    # For URLs that answer anybody: the statuses they may answer with.
    public: frozenset[int] = frozenset()


def page(roles: str, arguments: Arguments | None = None) -> Row:
    """A page that `roles` may read."""
    return Row("GET", frozenset(roles.split()), arguments)


def act(roles: str, arguments: Arguments | None = None, **data: Any) -> Row:
    """An act that `roles` may do."""
    return Row("POST", frozenset(roles.split()), arguments, data)


def ask(roles: str, **data: Any) -> Row:
    """A POST that only answers, because what is asked is too long for a URL."""
    return Row("POST", frozenset(roles.split()), None, data, changes=False)


def public(statuses: set[int], arguments: Arguments | None = None, method: str = "GET") -> Row:
    """An address for anybody."""
    return Row(method, frozenset(), arguments, public=frozenset(statuses))


EVERYBODY = "operator reviewer analyst admin"


def membership(account: Account) -> dict[str, Any]:
    return {"pk": factories.user(account).memberships.get().pk}


def notice(account: Account) -> dict[str, Any]:
    return {"pk": factories.notice(account).pk}


def api_key(account: Account) -> dict[str, Any]:
    return {"pk": factories.api_key(account).pk}


def template(account: Account) -> dict[str, Any]:
    return {"pk": factories.template(account).pk}


def version(account: Account) -> dict[str, Any]:
    return {"pk": factories.template(account).latest_id}


def open_review(account: Account) -> dict[str, Any]:
    return {"pk": factories.review(account).pk}


def simulated_mail(account: Account) -> dict[str, Any]:
    return {"pk": factories.simulated_mail(account).pk}


def domain(account: Account) -> dict[str, Any]:
    return {"pk": factories.domain(account).pk}


def sender_address(account: Account) -> dict[str, Any]:
    return {"pk": factories.address(factories.domain(account)).pk}


def custom_block(account: Account) -> dict[str, Any]:
    address = f"held{next(_numbers)}@example.com"
    return {"pk": factories.block(account, kind="custom", cause="entered", address=address).pk}


ROWS: dict[str, Row] = {
    "root": page(EVERYBODY),
    "search": page(EVERYBODY),
    "favicon": public({302}),
    "healthz": public({200, 503}),
    "metrics": public({404}),
    "accounts:login": public({200, 302}),
    "accounts:logout": public({302}, method="POST"),
    "accounts:theme": public({302}, method="POST"),
    "accounts:language": public({302}, method="POST"),
    "accounts:form_token": page(EVERYBODY),
    "accounts:switch": act(EVERYBODY),
    "accounts:profile": page(EVERYBODY),
    "accounts:end_sessions": page(EVERYBODY),
    "accounts:password": page(EVERYBODY),
    "accounts:time_zone": page(EVERYBODY),
    "accounts:notice_mails": page(EVERYBODY),
    "accounts:users": page("admin"),
    "accounts:member_add": page("admin"),
    "accounts:member": page("admin", membership),
    "accounts:member_remove": act("admin", membership),
    "accounts:keys": page("admin"),
    "accounts:key_create": page("admin"),
    "accounts:key": page("admin", api_key),
    "accounts:key_enable": act("admin", api_key),
    "accounts:key_disable": act("admin", api_key),
    "accounts:keys_bulk": act("admin"),
    "accounts:notices_bulk": act(EVERYBODY),
    "accounts:notice_close": act(EVERYBODY, notice),
    "accounts:audit": page("admin"),
    "domains:list": page("operator analyst admin"),
    "domains:create": page("operator admin"),
    "domains:detail": page("operator analyst admin", domain),
    "domains:verify": act("operator admin", domain),
    "domains:change_key": act("operator admin", domain),
    "domains:delete": act("operator admin", domain),
    "domains:addresses": page("operator analyst admin"),
    "domains:address_create": page("operator admin"),
    "domains:addresses_bulk": act("operator admin"),
    "domains:address_delete": act("operator admin", sender_address),
    "sending:publish_zone": act("operator admin", domain),
    "sending:unpublish_zone": act("operator admin", domain),
    "sending:erase": page("admin"),
    "sending:hold": page(""),
    "sending:release": act(""),
    "sending:drop_waiting": act(""),
    "sending:send": page("operator admin"),
    "sending:status": page("operator analyst admin"),
    "sending:resend": page("operator admin", lambda account: {"pk": factories.message(account).pk}),
    "sending:message": page("operator analyst admin", lambda account: {"pk": factories.message(account).pk}),
    "sending:simulator": page("operator admin"),
    "sending:inbox": page("operator admin"),
    "sending:inbox_mail": page("operator admin", simulated_mail),
    "sending:inbox_body": page("operator admin", simulated_mail),
    "sending:inbox_raw": page("operator admin", simulated_mail),
    "tracking:pixel": public({200}, lambda account: {"token": "none"}),
    "tracking:click": public({404}, lambda account: {"token": "none"}),
    "tracking:unsubscribe": public({404}, lambda account: {"token": "none"}),
    "templates:list": page(EVERYBODY),
    "templates:create": page("operator admin"),
    "templates:screening": ask("operator admin", html="<p>x</p>"),
    "templates:preview_unsaved": ask("operator admin", html="<p>x</p>"),
    "templates:detail": page(EVERYBODY, template),
    "templates:edit": page("operator admin", template),
    "templates:sensitive": page("operator admin", template),
    "templates:submit": act("operator admin", template),
    "templates:withdraw": act("operator admin", template),
    "templates:bulk": act("operator admin"),
    "templates:duplicate": act("operator admin", template),
    "templates:archive": act("operator admin", template),
    "templates:restore": act("operator admin", template),
    "templates:samples": page("operator admin"),
    "templates:sample_preview": page("operator admin"),
    "templates:preview": page(EVERYBODY, version),
    "templates:review_queue": page("reviewer"),
    "templates:forbidden_phrases": page("reviewer"),
    "templates:review": page("reviewer", open_review),
    "templates:claim": act("reviewer", open_review),
    "templates:release": act("reviewer", open_review),
    "blocklist:list": page("operator analyst admin"),
    "blocklist:look_up": page("operator analyst admin"),
    "blocklist:add": page("operator admin"),
    "blocklist:import": page("operator admin"),
    "blocklist:whitelist": act("operator admin"),
    "blocklist:unwhitelist": act("operator admin"),
    "blocklist:bulk": act("operator admin"),
    "blocklist:expiry": page("operator admin", custom_block),
    "blocklist:remove": act("operator admin", custom_block),
    "stats:dashboard": page(EVERYBODY),
    "stats:overview": page("operator analyst admin"),
    "stats:queue": page("operator analyst admin"),
    "stats:opens": page("operator analyst admin"),
    "stats:bounced": page("operator analyst admin"),
    "stats:complaints": page("operator analyst admin"),
    "stats:unsubscribed": page("operator analyst admin"),
}
