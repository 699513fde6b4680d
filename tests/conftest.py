"""The tests' PostgreSQL: the embedded server with fsync off, unless DATABASE_URL names another."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings

from config import embedded_pg, translations

# How long one example takes says more about the machine's load than about us; a test with a list of its own repeats it.
hypothesis.settings.register_profile("tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        translations.compile_all()
    if os.environ.get("DATABASE_URL") or hasattr(config, "workerinput"):
        return
    config.stash[_SERVER] = embedded_pg.EmbeddedServer(settings.TEST_DATA_DIR, durable=False)
    config.stash[_SERVER].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_SERVER, None)
    if server:
        server.stop()


def pytest_collection_finish(session: pytest.Session) -> None:
    # pytest-xdist keeps a group by the test's name, which a newer pytest may no longer let it write, and says nothing.
    if session.config.getoption("loadgroup", default=False):
        lone = [
            item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid
        ]
        if lone:
            pytest.exit(f"pytest-xdist does not keep groups together with pytest {pytest.__version__}: {lone[0]}", 1)


_SERVER: pytest.StashKey[embedded_pg.EmbeddedServer] = pytest.StashKey()


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """A request leaves its language behind in the thread; the next test begins in English."""
    translation.deactivate()


Rules = Callable[..., None]


@pytest.fixture
def rules(settings: Settings) -> Rules:
    """Return a function that changes numbers of `config/rules.py` until the test ends."""

    def change(**numbers: float) -> None:
        settings.RULES = replace(settings.RULES, **numbers)

    return change


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let tests that commit empty all tables behind them, the audit log too."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("accounts_auditentry", "accounts_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_is_never_emptied")
