"""Walks every URL of the product with every kind of person; see `matrix`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Account, User
from tests import factories
from tests.access.matrix import ROLES, ROWS, Row

pytestmark = pytest.mark.django_db

GUARDED = [name for name, row in ROWS.items() if not row.public]
PUBLIC = [name for name, row in ROWS.items() if row.public]
WITH_ROW = [name for name, row in ROWS.items() if row.arguments and not row.public]


def patterns(resolver: Any = None, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        else:
            yield ":".join((*spaces, entry.name or f"?{entry.pattern}")), entry


def names() -> list[str]:
    return sorted({name for name, _ in patterns() if not name.startswith("admin:")})


def address(name: str, arguments: dict[str, Any]) -> str:
    return reverse(name, kwargs=arguments)


def call(person: User | None, row: Row, url: str) -> HttpResponseBase:
    """Make the request as `person`; what it changed is undone."""
    client = Client(raise_request_exception=True)
    if person:
        client.force_login(person)
    with transaction.atomic():
        response = client.get(url) if row.method == "GET" else client.post(url, row.data)
        transaction.set_rollback(True)
    return response


def lets_in(response: HttpResponseBase, row: Row) -> bool:
    if row.method == "GET" or not row.changes:
        return response.status_code == 200
    return response.status_code == 422 or (
        response.status_code in {302, 303} and not response.headers["Location"].startswith("/login/")
    )


def is_log_in(response: HttpResponseBase) -> bool:
    return response.status_code == 302 and response.headers["Location"].startswith("/login/")


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def marks(account: Account) -> set[str]:
    """Return the words by which a page would betray `account`: the names of its rows and people."""
    found = {account.name, *User.objects.filter(memberships__account=account).values_list("email", flat=True)}
    for model in apps.get_models():
        columns = {column.name for column in model._meta.concrete_fields}
        for name in columns & {"name", "secret_id", "message_id"} if "account" in columns else ():
            found |= set(model._default_manager.filter(account=account).values_list(name, flat=True))
    return {mark for mark in found if len(mark) > 5}


def insider(account: Account, row: Row) -> User:
    """Return a person of the account, or of the platform's staff, whom the row lets in."""
    return factories.user(account, min(row.roles)) if row.roles else factories.user(is_staff=True)


@pytest.fixture
def ours() -> Account:
    return factories.account(name="Ours and nobody else's")


@pytest.fixture
def theirs() -> Account:
    return factories.account(name="Theirs")


def test_every_url_has_a_row() -> None:
    assert [name for name in names() if name not in ROWS] == [], "add a line per URL to tests/access/matrix.py"


def test_every_row_has_a_url() -> None:
    assert [name for name in ROWS if name not in names()] == []


@pytest.mark.parametrize("name", GUARDED)
def test_nobody_gets_in_without_log_in(name: str, ours: Account) -> None:
    row = ROWS[name]
    url = address(name, row.arguments(ours) if row.arguments else {})
    assert is_log_in(call(None, row, url))


@pytest.mark.parametrize("name", GUARDED)
def test_each_role_gets_where_the_table_says(name: str, ours: Account) -> None:
    row = ROWS[name]
    url = address(name, row.arguments(ours) if row.arguments else {})
    found = {}
    for role in ROLES:
        response = call(factories.user(ours, role), row, url)
        found[role] = True if lets_in(response, row) else response.status_code
    assert found == {role: True if role in row.roles else 403 for role in ROLES}


@pytest.mark.parametrize("name", GUARDED)
def test_the_platforms_staff_gets_everywhere(name: str, ours: Account) -> None:
    row = ROWS[name]
    url = address(name, row.arguments(ours) if row.arguments else {})
    assert lets_in(call(factories.user(is_staff=True), row, url), row)


@pytest.mark.parametrize("name", GUARDED)
def test_a_person_without_account_gets_nowhere(name: str, ours: Account) -> None:
    row = ROWS[name]
    url = address(name, row.arguments(ours) if row.arguments else {})
    assert call(factories.user(), row, url).status_code == 403


@pytest.mark.parametrize("name", WITH_ROW)
def test_another_accounts_row_is_the_same_as_none(name: str, ours: Account, theirs: Account) -> None:
    row = ROWS[name]
    stranger = factories.user(theirs, sorted(row.roles)[0])
    own = row.arguments(ours)
    missing = {
        key: value + 1_000_000_007 if isinstance(value, int) else f"{value[:-4]}none" for key, value in own.items()
    }
    not_yours = call(stranger, row, address(name, own))
    not_there = call(stranger, row, address(name, missing))
    assert not_yours.status_code == not_there.status_code == 404
    assert body(not_yours) == body(not_there)


# What only platform staff may open is about all accounts.
@pytest.mark.parametrize("name", [name for name in GUARDED if not ROWS[name].arguments and ROWS[name].roles])
def test_another_account_shows_in_no_list(name: str, ours: Account, theirs: Account) -> None:
    row = ROWS[name]
    for arguments in {other.arguments for other in ROWS.values() if other.arguments and not other.public}:
        arguments(ours)
    response = call(factories.user(theirs, sorted(row.roles)[0]), row, address(name, {}))
    text = body(response).decode()
    assert [mark for mark in marks(ours) if mark in text] == []


@pytest.mark.parametrize("name", [name for name in GUARDED if ROWS[name].method == "POST"])
def test_no_link_does_an_act(name: str, ours: Account) -> None:
    row = ROWS[name]
    url = address(name, row.arguments(ours) if row.arguments else {})
    client = Client()
    client.force_login(insider(ours, row))
    assert client.get(url).status_code == 405


@pytest.mark.parametrize("name", [name for name in GUARDED if ROWS[name].method == "POST"])
def test_no_foreign_page_does_an_act(name: str, ours: Account) -> None:
    row = ROWS[name]
    url = address(name, row.arguments(ours) if row.arguments else {})
    client = Client(enforce_csrf_checks=True)
    client.force_login(insider(ours, row))
    assert client.post(url, row.data).status_code == 403


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_address_answers_anybody(name: str, ours: Account) -> None:
    row = ROWS[name]
    url = address(name, row.arguments(ours) if row.arguments else {})
    for person in (None, factories.user(ours), factories.user()):
        assert call(person, row, url).status_code in row.public


@pytest.mark.parametrize("role", ROLES)
def test_the_admin_site_is_for_staff(role: str, ours: Account) -> None:
    client = Client()
    client.force_login(factories.user(ours, role))
    for name, pattern in patterns():
        if not name.startswith("admin:") or name in {"admin:login", "admin:logout"} or "?" in name:
            continue
        if not pattern.pattern.converters and not pattern.pattern.regex.groups:
            url = reverse(name)
            for person in (client, Client()):
                response = person.get(url)
                assert response.status_code == 302, name
                assert response.headers["Location"].startswith("/admin/login/"), name
