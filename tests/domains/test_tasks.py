"""The periodic task looks at the domains that are due, in the DNS the settings name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from domains import resolver, tasks
from domains.models import SenderDomain
from tests import factories

pytestmark = pytest.mark.django_db


def test_due_domains_are_looked_at(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "LIFETIME", 0.1)
    monkeypatch.setattr(resolver, "LIFETIME_AFTER_SILENCE", 0.01)
    # Nothing listens there.
    settings.RESOLVER = "127.0.0.1:1"
    domain = factories.domain(factories.account())
    SenderDomain.objects.filter(pk=domain.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert tasks.recheck() == 1
    domain.refresh_from_db()
    assert domain.checked_at
    assert {record.state for record in domain.records.all()} == {"unreachable"}
    assert domain.state == SenderDomain.State.VERIFIED
