"""Rows by name: what is written comes back, and nothing is cut short or forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DataError, connection

from sending.models import Attachment, Attempt, Event, Message, QueueItem, Submission
from sending.models.rows import fetch, insert, insert_select, names_of, selected, values_of
from sending.submission_fields import SubmissionFields
from tests import factories

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class StoredSubmission(SubmissionFields):
    id: int


def fields_of(account_id: int, **changes: Any) -> SubmissionFields:
    return replace(
        SubmissionFields(
            account_id=account_id,
            message_id="qcloudses-30-1250000001-date-20261122130000-abcdefghijkl1",
            channel="api",
            submitted_by="ada",
            sender_domain="shop.test",
            from_address="news@shop.test",
            subject="“Hello” 100% {{name}}",
            to=["ada@a.test", "Größe <b@b.test>"],
            cc=[],
            bcc=[],
            template=1,
            version=2,
            variables={"name": 'O\'Hara \\ {"x"}'},
            header_message_id="<1@shop.test>",
            headers={"X-A": "b"},
        ),
        **changes,
    )


def stored() -> list[StoredSubmission]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {selected(StoredSubmission, 's')} FROM sending_submission AS s ORDER BY id")
        return fetch(cursor, StoredSubmission)


def test_the_list_of_a_mails_fields_is_the_table() -> None:
    """A column that the list does not name would be written with a default, and read by nobody."""
    # Whose content was erased is never said at acceptance.
    assert {*names_of(SubmissionFields), "id", "is_content_erased"} == {
        field.column for field in Submission._meta.concrete_fields
    }


def test_what_is_written_comes_back() -> None:
    account = factories.account()
    first = fields_of(account.pk)
    second = fields_of(account.pk, message_id="2", to=[], headers={})
    insert(Submission, [values_of(first), values_of(second)])
    for read, written in zip(stored(), (first, second), strict=True):
        assert values_of(read) == {**values_of(written), "id": read.id}


def test_rows_are_read_by_name_whatever_their_order() -> None:
    account = factories.account()
    insert(Submission, [values_of(fields_of(account.pk))])
    columns = ", ".join(f'"{name}"' for name in sorted(names_of(StoredSubmission)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM sending_submission")
        (read,) = fetch(cursor, StoredSubmission)
    assert read == stored()[0]


def test_columns_that_are_not_named_get_the_models_defaults() -> None:
    account = factories.account()
    insert(QueueItem, [{"message": 7, "account_id": account.pk, "recipient_domain": "a.test"}])
    item = QueueItem.objects.get()
    assert (item.fence, item.attempts, item.worker) == (0, 0, "")


def test_a_column_that_has_no_default_is_never_made_up() -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match="null value in column"):
        cursor.execute(insert_select(Event, "", {"account_id": "1", "message": "1", "kind": "1"}))


def test_a_text_too_long_for_its_column_is_refused_not_cut() -> None:
    account = factories.account()
    row = {"message": 7, "account_id": account.pk, "recipient_domain": "a" * 254}
    with pytest.raises(DataError, match="too long"):
        insert(QueueItem, [row])


def test_files_keep_their_bytes_and_their_order() -> None:
    account = factories.account()
    submission = factories.submission(account)
    files = [("b.bin", bytes(range(256))), ("a.bin", b""), ("c.bin", b"\\x00{}\"',")]
    insert(
        Attachment,
        [
            {"account_id": account.pk, "submission_id": submission.pk, "name": name, "content": content}
            for name, content in files
        ],
    )
    assert [(file.name, bytes(file.content)) for file in Attachment.objects.order_by("id")] == files


def test_moments_and_large_numbers_come_back_exactly() -> None:
    account = factories.account()
    moment = datetime(2026, 11, 22, 5, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=8)))
    row = {
        "account_id": account.pk,
        "message": 2**63 - 1,
        "number": 1,
        "started_at": moment,
        "milliseconds": 12,
        "outcome": "deferred",
        "next_attempt_at": None,
        "reply": '“nein” 🎉 \\ " %s',
    }
    insert(Attempt, [row])
    attempt = Attempt.objects.get()
    assert {name: getattr(attempt, name) for name in row} == row


def test_what_no_row_can_hold_is_refused() -> None:
    account = factories.account()
    row = {"message": 7, "account_id": account.pk, "recipient_domain": "a.test", "worker": "\0"}
    with pytest.raises(DataError):
        insert(QueueItem, [row])
    with pytest.raises(TypeError, match="set has no place in a row"):
        insert(QueueItem, [{**row, "worker": set()}])


def test_no_rows_are_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert(Message, [])
