"""No secret stands readable in the database, the log, or an error page."""

from __future__ import annotations

import json
import logging
import re

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django_q.tasks import async_task

from accounts import secrets as encryption
from accounts.models import ApiKey, User
from domains.models import SenderDomain
from tests import factories
from tests.accounts.api.calls import code, post

pytestmark = pytest.mark.django_db

PASSWORD = "canary-gull-canary-heron"


def whole_database() -> str:
    """Return every row of every table as text, bytes as hex and as text."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_json(stored)::text FROM "{table}" AS stored')
            found += [row[0] for row in cursor.fetchall()]
    text = "\n".join(found)
    for hexed in re.findall(r'"\\\\x([0-9a-f]+)"', text):
        text += bytes.fromhex(hexed).decode("utf-8", "replace")
    return text


def test_nothing_secret_is_readable_at_rest(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    account = factories.account()
    admin = factories.user(account, "admin")
    client.post("/login/", {"email": admin.email, "password": f"{PASSWORD}-wrong"})
    client.force_login(admin)
    client.post(reverse("accounts:member_add"), {"email": "new@example.test", "role": "analyst", "password": PASSWORD})
    client.post(reverse("accounts:key_create"), {"name": "shop"})
    client.post(reverse("domains:create"), {"name": "canary.example.test", "dkim_option": "1"})
    key = ApiKey.objects.get(account=account)
    assert code(post(client, key, "ListEmailAddress")) is None
    assert code(post(client, ApiKey(secret_id=key.secret_id, secret_key="x"), "ListEmailAddress"))
    async_task("sending.tasks.retire")
    assert User.objects.get(email="new@example.test").check_password(PASSWORD)

    pem = SenderDomain.objects.get(name="canary.example.test").dkim_private_key
    assert "PRIVATE KEY" in pem
    canaries = {
        "SecretKey": key.secret_key,
        "password": PASSWORD,
        "DKIM key": pem.splitlines()[5],
        "PEM": "PRIVATE KEY",
        "SECRET_KEY": settings.SECRET_KEY,
        "SES_SECRETS_KEY": settings.SECRETS_KEYS[0],
        "token key": encryption.keys_for("token.unsubscribe")[0].hex(),
    }
    dump, log = whole_database(), caplog.text
    assert key.secret_id in dump
    assert [name for name, value in canaries.items() if value in dump or json.dumps(value)[1:-1] in dump] == []
    assert [name for name, value in canaries.items() if value in log] == []
    # Shown once, on the page after, and never again.
    assert key.secret_key in client.get(reverse("accounts:key", args=[key.pk])).content.decode()
    assert key.secret_key not in client.get(reverse("accounts:key", args=[key.pk])).content.decode()


def test_an_error_page_and_its_log_hold_no_word_of_what_was_typed(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(factories.user(factories.account()))

    def gone(*arguments: object) -> None:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(gone):
        typed = {"email": "a@b.test", "current": PASSWORD, "new": PASSWORD, "again": PASSWORD, "password": PASSWORD}
        for path in ("/login/", "/password/"):
            response = client.post(path, typed)
            assert response.status_code == 503
            assert PASSWORD not in response.content.decode()
            for name in ("SECRET", "ses_session", "Traceback", "site-packages"):
                assert name not in response.content.decode()
    assert "OperationalError" in caplog.text
    assert PASSWORD not in caplog.text
