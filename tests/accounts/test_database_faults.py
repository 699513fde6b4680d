"""The SQLSTATE says whose fault an error of the database is, as a real server sends it."""

from __future__ import annotations

import psycopg
import pytest
from django.db import Error, InterfaceError, InternalError, OperationalError, connection, transaction

from accounts.database_faults import is_database_away, is_fault_of_row, is_fault_of_row_alone, sqlstate
from accounts.models import Account

ROW = ["22001", "22P02", "22021", "23502", "23503", "23505", "23514", "54000"]
PASSING = [
    "25006", "25P03", "25P02", "40001", "40P01", "53100", "53200", "53300", "55P03", "57014", "57P01", "57P02", "57P03",
    "08006", "42P01", "58030", "XX000", "XX001",
]  # fmt: skip


def raised(state: str) -> Error:
    """Return what Django raises when the server sends `state`."""
    with pytest.raises(Error) as caught, connection.wrap_database_errors:
        raise psycopg.errors.lookup(state)("as the server said")
    return caught.value


@pytest.mark.parametrize("state", ROW)
def test_what_a_row_holds_is_the_rows_fault(state: str) -> None:
    assert is_fault_of_row(raised(state))


@pytest.mark.parametrize("state", ["22001", "22003", "22021", "22P02", "22P05", "23502", "23514"])
def test_a_value_that_no_server_takes_is_the_fault_of_the_row_alone(state: str) -> None:
    assert is_fault_of_row_alone(raised(state))


@pytest.mark.parametrize("state", ["23503", "23505", "23P01", "2200H", "54000", "54001", *PASSING])
def test_what_other_rows_or_the_server_decide_is_not(state: str) -> None:
    assert not is_fault_of_row_alone(raised(state))


AWAY = ["08006", "25006", "25P03", "40P01", "53100", "53300", "55P03", "57014", "57P01", "57P03", "58030"]


@pytest.mark.parametrize(
    "error", [*map(raised, AWAY), OperationalError("connection refused"), InterfaceError("closed")]
)
def test_a_database_that_cannot_be_asked_now_is_away(error: Exception) -> None:
    assert is_database_away(error)


@pytest.mark.parametrize("error", [*map(raised, ["42P01", "22001", "23505", "XX000"]), KeyError("x"), OSError(28, "x")])
def test_a_fault_of_ours_is_no_database_that_is_away(error: Exception) -> None:
    assert not is_database_away(error)


@pytest.mark.parametrize("state", PASSING)
def test_everything_else_passes(state: str) -> None:
    assert not is_fault_of_row(raised(state))


@pytest.mark.parametrize(
    "error", [OperationalError("connection refused"), OSError(28, "full"), MemoryError(), KeyError()]
)
def test_without_a_sqlstate_it_is_no_fault_of_the_row(error: Exception) -> None:
    assert sqlstate(error) == ""
    assert not is_fault_of_row(error)


@pytest.mark.django_db
def test_a_value_that_the_driver_refuses_is_the_rows_fault() -> None:
    with pytest.raises(Error) as caught, transaction.atomic():
        Account.objects.filter(name="a\0b").exists()
    assert is_fault_of_row(caught.value)


@pytest.mark.django_db
def test_a_read_only_database_is_an_internal_error_that_passes() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        with pytest.raises(InternalError) as caught:
            cursor.execute("DELETE FROM accounts_notice")
        transaction.set_rollback(True)
    assert sqlstate(caught.value) == "25006"
    assert not is_fault_of_row(caught.value)
