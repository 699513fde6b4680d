"""Periodic work of sending; running a task twice is harmless."""

from __future__ import annotations

from sending import notice_mails, report_queue, retention


def keep_partitions() -> int:
    """Make the partitions of the days to come."""
    return retention.keep_partitions()


def retire() -> int:
    """Erase content older than its days; delete mail, attempts and events older than the days of retention."""
    return retention.erase_content() + retention.retire()


def notice_late_reports() -> int:
    """Say so when reports wait for long to be read."""
    return report_queue.notice_late()


def send_notices() -> int:
    """Send the emails about notices that are due."""
    return notice_mails.send_due()
