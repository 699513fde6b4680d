"""What is wrong gets its code, stores nothing, and takes nothing away from what was accepted before."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client, override_settings

from accounts.models import Account, ApiKey
from domains.models import SenderDomain
from sending.models import QueueItem, Submission
from tests import factories
from tests.accounts.api.calls import code, post, tc3_headers

pytestmark = pytest.mark.django_db(transaction=True)

PLAIN = "<p>" + "Plain words. " * 20 + "</p>"
OUR_APPS = {"accounts", "domains", "templates_app", "sending", "stats", "blocklist"}
# What the endpoint keeps of every call, good or bad: its counters and the key's last use.
OWN = {"accounts_allowance", "accounts_apikey"}


class Shop:
    """An account with one mail in the queue, and a verified, an unverified and another account's sender."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.account: Account = factories.account(mails_per_second=1000)
        self.key: ApiKey = factories.api_key(self.account)
        self.sender = factories.address(factories.domain(self.account)).address
        pending = factories.domain(self.account, state=SenderDomain.State.PENDING)
        self.unverified = factories.address(pending).address
        self.foreign = factories.address(factories.domain(factories.account())).address
        self.template = factories.template(self.account).pk

    def send(self, **changed: Any) -> dict[str, Any]:
        return post(self.client, self.key, "SendEmail", {**self.mail(), **changed})

    def mail(self) -> dict[str, Any]:
        data = json.dumps({"name": "Ann", "code": "17"})
        return {
            "FromEmailAddress": self.sender,
            "Subject": "Your code",
            "Destination": ["ann@customer.test"],
            "Template": {"TemplateID": self.template, "TemplateData": data},
        }

    def create(self, html: str) -> dict[str, Any]:
        content = {"Html": base64.b64encode(html.encode()).decode()}
        params = {"TemplateName": "Spring", "TemplateContent": content}
        return post(self.client, self.key, "CreateEmailTemplate", params)


@pytest.fixture
def shop(client: Client) -> Shop:
    return Shop(client)


def stored() -> dict[str, int]:
    """Return how many rows each table of ours holds."""
    tables = {model._meta.db_table for model in apps.get_models() if model.__module__.split(".")[0] in OUR_APPS}
    with connection.cursor() as cursor:
        return {table: _count(cursor, table) for table in sorted(tables - OWN)}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f'SELECT count(*) FROM "{table}"')
    return int(cursor.fetchone()[0])


@contextmanager
def full_disk() -> Iterator[None]:
    """Let the queue's table take no row more, in the database's own words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON sending_queueitem EXECUTE FUNCTION no_room()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_room CASCADE")


@contextmanager
def full_queue() -> Iterator[None]:
    with override_settings(RULES=replace(settings.RULES, queue_max_items=0)):
        yield


@contextmanager
def database_away() -> Iterator[None]:
    def away(*_: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        yield


@contextmanager
def database_lost_after(words: str) -> Iterator[None]:
    """Cut the connection, as a crash does, right after a statement with `words` was done and before the commit."""
    cut = []

    def cutting(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if words in sql and not cut:
            cut.append(sql)
            pid = connection.connection.info.backend_pid
            with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return result

    with connection.execute_wrapper(cutting):
        yield
    connection.close()
    assert cut, f"no statement held {words!r}"


@dataclass(frozen=True)
class Bad:
    """A call that must be refused, and the trouble it happens in."""

    call: Callable[[Shop], dict[str, Any]]
    code: str
    trouble: Callable[[], Any] = ExitStack


BAD = {
    "wrong secret key": Bad(
        lambda shop: post(shop.client, ApiKey(secret_id=shop.key.secret_id, secret_key="x"), "SendEmail", shop.mail()),
        "AuthFailure.SignatureFailure",
    ),
    "a body that was changed on its way": Bad(
        lambda shop: post(shop.client, shop.key, "SendEmail", shop.mail(), Authorization=_signed_for_another(shop)),
        "AuthFailure.SignatureFailure",
    ),
    "a call of yesterday": Bad(
        lambda shop: post(shop.client, shop.key, "SendEmail", shop.mail(), at=1_700_000_000), "AuthFailure.SignatureExpire"
    ),
    "an unknown key": Bad(
        lambda shop: post(shop.client, ApiKey(secret_id="AKIDnobody", secret_key="x"), "SendEmail", shop.mail()),
        "AuthFailure.SecretIdNotFound",
    ),
    "no JSON": Bad(lambda shop: post(shop.client, shop.key, "SendEmail", b'{"FromEmailAddress": '), "InvalidParameter"),
    "JSON that is no object": Bad(lambda shop: post(shop.client, shop.key, "SendEmail", b"[1]"), "InvalidParameter"),
    "a parameter that does not exist": Bad(lambda shop: shop.send(Destinations=["a@b.test"]), "UnknownParameter"),
    "variables that are no JSON": Bad(
        lambda shop: shop.send(Template={"TemplateID": shop.template, "TemplateData": "{"}),
        "FailedOperation.WrongContentJson",
    ),
    "a template with a script": Bad(
        lambda shop: shop.create(PLAIN + "<script>x()</script>"), "InvalidParameterValue.TemplateContentIsWrong"
    ),
    "a template that is no Base64": Bad(
        lambda shop: post(
            shop.client, shop.key, "CreateEmailTemplate", {"TemplateName": "Spring", "TemplateContent": {"Html": PLAIN}}
        ),
        "InvalidParameterValue.TemplateContentIsWrong",
    ),
    "a sender of an unverified domain": Bad(
        lambda shop: shop.send(FromEmailAddress=shop.unverified), "FailedOperation.NotAuthenticatedSender"
    ),
    "another account's sender": Bad(
        lambda shop: shop.send(FromEmailAddress=shop.foreign), "FailedOperation.NotAuthenticatedSender"
    ),
    "a full queue": Bad(Shop.send, "ResourceInsufficient", full_queue),
    "a full disk": Bad(Shop.send, "InternalError", full_disk),
    "the database away": Bad(Shop.send, "InternalError", database_away),
    "the database lost between storing and commit": Bad(
        Shop.send, "InternalError", lambda: database_lost_after('INSERT INTO "sending_queueitem"')
    ),
    "the database lost while a template is stored": Bad(
        lambda shop: shop.create(PLAIN), "InternalError", lambda: database_lost_after('INSERT INTO "templates_app_template"'),
    ),
}  # fmt: skip


def _signed_for_another(shop: Shop) -> str:
    return tc3_headers(shop.key, "SendEmail", body=b"{}")["Authorization"]


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_call_gets_its_code_and_stores_and_loses_nothing(shop: Shop, bad: Bad) -> None:
    first = shop.send()
    assert code(first) is None
    before = stored()
    with bad.trouble():
        refused = bad.call(shop)
    assert code(refused) == bad.code
    assert "MessageId" not in refused
    assert stored() == before
    assert Submission.objects.get(message_id=first["MessageId"]).messages.count() == 1
    # And the next good call goes through.
    assert code(shop.send()) is None
    assert QueueItem.objects.count() == 2
