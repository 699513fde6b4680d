"""The database holds what the models say: every column with choices takes these alone, in every table and partition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import get_args, get_type_hints

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from accounts import caller
from accounts.models import Account, AuditEntry, Membership, Notice, NoticeMail
from blocklist.models import BlockedAddress
from config.translations import APPS
from domains import records
from domains import states as domain_states
from domains.models import DnsRecord, SenderDomain
from sending import events
from sending.inbound.report import ReportKind
from sending.models import (
    Attempt,
    DeliverStatus,
    Event,
    HoldPeriod,
    InboundReport,
    Message,
    SimulatedRecord,
    Submission,
    ids,
    partitions,
)
from sending.smtp.replies import OutcomeKind
from templates_app import states as template_states
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
        NoticeMail: lambda: NoticeMail.objects.create(
            notice=factories.notice(account), user=factories.user(), kind="domains"
        ),
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
        HoldPeriod: lambda: HoldPeriod.objects.create(kind="delivery"),
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


def values_in(condition: object) -> Iterator[tuple[str, object]]:
    """Give each field that a condition compares with a value, and the value."""
    for part in getattr(condition, "children", ()):
        if isinstance(part, tuple):
            field, _, lookup = part[0].partition("__")
            yield from ((field, value) for value in (part[1] if lookup == "in" else [part[1]]))
        else:
            yield from values_in(part)


@pytest.mark.parametrize(("model", "field"), COLUMNS, ids=NAMES)
def test_partial_indexes_and_constraints_name_values_that_exist(model: type[models.Model], field: models.Field) -> None:
    conditions = [getattr(each, "condition", None) for each in (*model._meta.constraints, *model._meta.indexes)]
    named = {value for condition in conditions for name, value in values_in(condition) if name == field.name}
    assert named <= {value for value, _ in field.flatchoices} | ({""} if field.blank else set())


@pytest.mark.parametrize(
    ("stored", "pure"),
    [
        (set(AuditEntry.Channel), get_args(caller.Channel)),
        (set(Submission.Channel), get_args(caller.Channel)),
        (set(DnsRecord.Kind), get_args(records.Kind)),
        (set(DnsRecord.Type), get_args(get_type_hints(records.ExpectedRecord)["type"])),
        (set(DnsRecord.State) - {DnsRecord.State.UNCHECKED}, get_args(records.State)),
        (set(Attempt.Outcome), OutcomeKind),
        (set(InboundReport.Kind), ReportKind),
    ],
)
def test_modules_without_models_write_the_values_of_the_column(stored: set[str], pure: Iterable[str]) -> None:
    assert stored == set(pure)


@pytest.mark.parametrize(
    ("before", "after", "states", "first"),
    [
        (
            set(domain_states.TRANSITIONS),
            set().union(*domain_states.TRANSITIONS.values()),
            SenderDomain.State,
            SenderDomain.State.PENDING,
        ),
        (
            set().union(*(olds for olds, _ in template_states.TRANSITIONS.values())),
            {new for _, new in template_states.TRANSITIONS.values()},
            Template.State,
            None,
        ),
        (
            set().union(*(olds for _, olds in events.FORWARD.values())) | {DeliverStatus.BOUNCED},
            {new for new, _ in events.FORWARD.values()},
            DeliverStatus,
            DeliverStatus.QUEUED,
        ),
    ],
    ids=["domain", "template", "message"],
)
def test_a_table_of_moves_leaves_and_reaches_every_state(
    before: set[object], after: set[object], states: Iterable[object], first: object
) -> None:
    """All but `first`, which rows begin in; nothing leads out of a bounce."""
    assert before == set(states)
    assert after == set(states) - {first}
