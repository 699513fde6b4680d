"""Rows by name: what is written comes back, and nothing is cut short or forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import DataError, connection

from sending.models import Attachment, Event, Message, QueueItem, Submission
from sending.models.rows import fetch, insert, insert_select, names_of, parameters, selected
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
    assert {*names_of(SubmissionFields), "id"} == {field.column for field in Submission._meta.concrete_fields}


def test_what_is_written_comes_back() -> None:
    account = factories.account()
    first = fields_of(account.pk)
    second = fields_of(account.pk, message_id="2", to=[], headers={})
    insert(Submission, [parameters(first), parameters(second)])
    for read, written in zip(stored(), (first, second), strict=True):
        assert parameters(read) == {**parameters(written), "id": read.id}


def test_rows_are_read_by_name_whatever_their_order() -> None:
    account = factories.account()
    insert(Submission, [parameters(fields_of(account.pk))])
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


def test_no_rows_are_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert(Message, [])
