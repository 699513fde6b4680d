"""The database holds what the models say: every column with choices takes these alone, in every table and partition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from accounts.models import Account, AuditEntry, Membership, Notice
from blocklist.models import BlockedAddress
from config.translations import APPS
from domains.models import DnsRecord, SenderDomain
from sending.models import Attempt, Event, InboundReport, Message, SimulatedRecord, Submission, ids, partitions
from templates_app.models import Review, Template
from tests import factories

pytestmark = pytest.mark.django_db


def columns_with_choices() -> Iterator[tuple[type[models.Model], models.Field]]:
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            yield from ((model, field) for field in model._meta.local_concrete_fields if field.choices)


def tables_of(model: type[models.Model]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [model._meta.db_table]
        )
        return [model._meta.db_table, *(row[0] for row in cursor.fetchall())]


def checks_of(table: str) -> dict[str, str]:
    """Return name -> expression of the table's valid CHECK constraints, as PostgreSQL has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'c' AND convalidated",
            [table],
        )
        return dict(cursor.fetchall())


def passes(expression: str, field: models.Field, value: object) -> bool:
    """Say whether the expression is true of a row that has `value` in the field's column."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {expression} FROM (SELECT %s::{field.db_type(connection)} AS "{field.column}") AS row', [value]
        )
        return cursor.fetchone()[0]


COLUMNS = list(columns_with_choices())
NAMES = [f"{model._meta.label}.{field.name}" for model, field in COLUMNS]


@pytest.mark.parametrize(("model", "field"), COLUMNS, ids=NAMES)
def test_a_column_with_choices_takes_these_alone(model: type[models.Model], field: models.Field) -> None:
    partitions.ensure()
    allowed = [value for value, _ in field.flatchoices] + ([""] if field.blank else [])
    foreign = [99, 4] if isinstance(field, models.IntegerField) else ["other", "x", *([] if field.blank else [""])]
    for table in tables_of(model):
        found = [text for name, text in checks_of(table).items() if name.endswith(f"_{field.name}_known")]
        assert len(found) == 1, table
        assert all(passes(found[0], field, value) for value in allowed), table
        assert not any(passes(found[0], field, value) for value in foreign if value not in allowed), table


def rows(account: Account) -> dict[type[models.Model], Callable[[], models.Model]]:
    """Return a maker of one valid row for each model that has a column with choices."""
    number, time = ids.take(1)[0], datetime.now(UTC)
    return {
        Account: lambda: account,
        Membership: lambda: Membership.objects.create(account=account, user=factories.user(), role="admin"),
        AuditEntry: lambda: AuditEntry(account=account, actor="a", channel="api", act="a.b", target="c"),
        Notice: lambda: factories.notice(account),
        SenderDomain: lambda: factories.domain(account),
        DnsRecord: lambda: factories.domain(account).records.create(account=account, kind="mx", type="MX", host="a.b"),
        Template: lambda: factories.template(account),
        Review: lambda: factories.review(account),
        BlockedAddress: lambda: factories.block(account),
        Submission: lambda: factories.submission(account),
        Message: lambda: factories.message(account),
        Attempt: lambda: Attempt.objects.create(
            id=number, account=account, message=1, number=1, started_at=time, milliseconds=1, outcome="delivered"
        ),
        Event: lambda: factories.event(account),
        InboundReport: lambda: InboundReport.objects.create(account=account, kind="dsn", raw=b""),
        SimulatedRecord: lambda: SimulatedRecord.objects.create(name="a.test", type="A", value="127.0.0.1"),
    }


@pytest.mark.parametrize(("model", "field"), COLUMNS, ids=NAMES)
def test_the_database_refuses_a_row_with_another_value(model: type[models.Model], field: models.Field) -> None:
    row = rows(factories.account())[model]()
    setattr(row, field.attname, 99 if isinstance(field, models.IntegerField) else "x")
    with pytest.raises(IntegrityError, match="violates check constraint"), transaction.atomic():
        row.save()


def test_the_partitions_of_the_days_are_among_the_tables() -> None:
    partitions.ensure()
    today = partitions.name_of("sending_event", datetime.now(UTC).date())
    tables = [table for model, _ in COLUMNS for table in tables_of(model)]
    assert {"sending_event", "sending_event_default", today} <= set(tables)


def test_every_check_of_a_model_is_in_the_database() -> None:
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            held = checks_of(model._meta.db_table)
            named = {each.name for each in model._meta.constraints if isinstance(each, models.CheckConstraint)}
            assert named <= set(held)


def test_no_name_of_a_constraint_or_index_is_used_twice() -> None:
    names = [
        each.name
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for each in (*model._meta.constraints, *model._meta.indexes)
    ]
    assert len(names) == len(set(names))
