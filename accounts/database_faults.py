"""Whose fault an error of the database is: that of the row in hand, or one that passes.

Django's exception classes do not say: a read-only database (25006) and a transaction that was idle too long (25P03)
come as InternalError, a full disk (53100), a deadlock (40P01) and a server that shuts down (57P01) as OperationalError.
The SQLSTATE does (PostgreSQL's appendix of error codes).
"""

from __future__ import annotations

import re

from django.db import DatabaseError, DataError, Error, IntegrityError, InterfaceError, OperationalError

# SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded (a value too long for its
# index). The same row fails again however often it is written, and the next row does not.
ROW_FAULTS = ("22", "23", "54")
# Among them, what other rows or the server decide as well: a foreign key, a unique or an exclusion constraint (a row
# that another writer added or deleted at that moment), a sequence at its end, a limit of the server (54000 is also
# what a database answers that has to be vacuumed first).
_OTHERS_TOO = ("23001", "23503", "23505", "23P01", "2200H", "54")
# Connection, transaction state (a failover, a timeout), rollback, resources, locks, an operator, the system itself.
_NOT_AVAILABLE = ("08", "25", "40", "53", "55", "57", "58")

# Authorization and the name of the database; of a connection that fails the driver knows the server's text alone.
_LOGIN = ("28", "3D")
_LOGIN_TEXT = re.compile(
    r"authentication failed|no password supplied|no pg_hba\.conf entry|pg_hba\.conf rejects"
    r"|(?:role|database) \"[^\"]*\" does not exist|is not permitted to log in|does not support SSL"
)


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


def is_fault_of_row_alone(error: BaseException) -> bool:
    """Say whether the row itself is refused, whatever other rows there are and however the server is."""
    return is_fault_of_row(error) and not sqlstate(error).startswith(_OTHERS_TOO)


def is_database_away(error: BaseException) -> bool:
    """Say whether the database cannot be asked, or takes no writes, for the moment."""
    state = sqlstate(error)
    if state:
        return isinstance(error, DatabaseError | InterfaceError) and state.startswith(_NOT_AVAILABLE)
    return isinstance(error, OperationalError | InterfaceError)


def is_login_refused(error: BaseException) -> bool:
    """Say whether the server is there and does not take our name, password, database or way of connecting."""
    state = sqlstate(error)
    if state:
        return state.startswith(_LOGIN)
    return isinstance(error, Error) and _LOGIN_TEXT.search(str(error)) is not None
