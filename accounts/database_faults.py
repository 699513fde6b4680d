"""Whose fault an error of the database is: that of the row in hand, or one that passes.

Django's exception classes do not say: a read-only database (25006) and a transaction that was idle too long (25P03)
come as InternalError, a full disk (53100), a deadlock (40P01) and a server that shuts down (57P01) as OperationalError.
The SQLSTATE does (PostgreSQL's appendix of error codes).
"""

from __future__ import annotations

from django.db import DataError, IntegrityError

# SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded (a value too long for its
# index). The same row fails again however often it is written, and the next row does not.
ROW_FAULTS = ("22", "23", "54")


def sqlstate(error: BaseException) -> str:
    """Return the SQLSTATE of a database error, Django's or the driver's; empty when the server sent none."""
    for raised in (error, error.__cause__):
        state = getattr(raised, "sqlstate", None)
        if state:
            return str(state)
    return ""


def is_fault_of_row(error: BaseException) -> bool:
    """Say whether the database refused the row itself; everything else passes, and is to be tried again.

    An error that is not the database's is no fault of the row.
    """
    state = sqlstate(error)
    if state:
        return state.startswith(ROW_FAULTS)
    # The driver refuses some values itself, before the server sees them (a NUL in a text).
    return isinstance(error, DataError | IntegrityError)
