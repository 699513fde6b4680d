"""Tasks of the accounts app."""

from __future__ import annotations

from accounts import audit_chain, audit_nightly, quota


def forget_ended_limits() -> int:
    """Delete the windows of limits that are over."""
    return quota.forget_ended()


def seal_audit() -> int:
    """Seal the audit entries whose act ended before it could."""
    return audit_chain.seal()


def verify_audit() -> int:
    """Verify the audit log, or the next part of a long one."""
    return audit_nightly.verify_and_tell()
