from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from sending.queue_signal import QueueNotifier

pytestmark = pytest.mark.django_db


def test_a_busy_process_notifies_once_in_a_while(django_assert_num_queries) -> None:
    notifier = QueueNotifier()
    with django_assert_num_queries(1) as seen:
        for _ in range(100):
            notifier.notify()
    assert "pg_notify('ses_queue', '')" in seen.captured_queries[0]["sql"]


def test_a_notification_that_failed_is_sent_again(django_assert_num_queries) -> None:
    notifier = QueueNotifier()

    def away(*args: object) -> None:
        raise DatabaseError

    with connection.execute_wrapper(away), pytest.raises(DatabaseError):
        notifier.notify()
    with django_assert_num_queries(1):
        notifier.notify()
