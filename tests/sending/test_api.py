"""SendEmail while the database goes away, at each of its statements in turn."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from sending.models import Message, QueueItem, Submission
from tests import factories
from tests.accounts.api.calls import code, post

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def away_after(statements: int) -> Iterator[None]:
    """Let so many statements through, then none any more."""
    left = statements

    def pass_or_fail(execute: Any, *arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(*arguments)

    with connection.execute_wrapper(pass_or_fail):
        yield


def test_no_message_id_is_given_for_a_mail_that_is_not_stored(client: Client, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.CRITICAL)
    refused = 0
    for statements in range(100):
        # An account of its own each time: no rate hides the answer.
        account = factories.account()
        key = factories.api_key(account)
        params = {
            "FromEmailAddress": factories.address(factories.domain(account)).address,
            "Subject": "Hello",
            "Destination": ["ann@customer.test"],
            "Template": {
                "TemplateID": factories.template(account).pk,
                "TemplateData": '{"name": "Ann", "code": "1"}',
            },
        }
        with away_after(statements):
            answer = post(client, key, "SendEmail", params)
        rows = [model.objects.filter(account=account).count() for model in (Submission, Message, QueueItem)]
        if "MessageId" in answer:
            assert rows == [1, 1, 1]
            break
        assert code(answer) == "InternalError"
        assert rows == [0, 0, 0]
        refused += 1
    else:
        pytest.fail("SendEmail never succeeded")
    assert refused > 10
