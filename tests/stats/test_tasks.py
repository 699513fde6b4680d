"""stats.tasks: the figures are kept fresh for a minute, by one task at a time."""

from __future__ import annotations

import pytest
from django.db import connection

from stats import tasks
from tests import factories
from tests.stats.raw import expected, rolled
from tests.stats.test_rollup import second_connection


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.mark.django_db
def test_passes_follow_each_other_until_the_minute_is_nearly_over():
    clock = Clock()
    factories.event(factories.account())
    assert tasks.roll_up(clock=clock, sleep=clock.sleep) == 23
    assert clock.now == 55
    assert rolled() == expected()


@pytest.mark.django_db(transaction=True)
def test_a_second_task_leaves_the_minute_to_the_first():
    with second_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [tasks.LOCK])
        assert tasks.roll_up(seconds=0) == 0
        other.execute("SELECT pg_advisory_unlock(%s)", [tasks.LOCK])
    assert tasks.roll_up(seconds=0) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [tasks.LOCK])
        assert cursor.fetchone()[0] == 0
