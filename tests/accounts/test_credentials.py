from __future__ import annotations

import pytest
from django.db import connection

from accounts import credentials
from accounts.errors import Forbidden
from accounts.models import ApiKey, AuditEntry
from accounts.roles import Role
from tests import factories
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def test_a_key_is_made_with_a_secret_that_is_stored_encrypted() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    key, secret_key = credentials.create_key(admin, name=" Shop checkout ")
    assert key.name == "Shop checkout"
    assert key.secret_id.startswith("AKID")
    assert (len(key.secret_id), len(secret_key)) == (36, 32)
    assert ApiKey.objects.get(pk=key.pk).secret_key == secret_key
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_key FROM accounts_apikey WHERE id = %s", [key.pk])
        assert secret_key not in cursor.fetchone()[0]


def test_no_two_keys_are_alike() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    made = [credentials.create_key(admin, name="key") for _ in range(20)]
    assert len({key.secret_id for key, _ in made}) == len({secret for _, secret in made}) == 20


def test_the_audit_log_never_has_the_secret() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    key, secret_key = credentials.create_key(admin, name="key", actions=["SendEmail"])
    entry = AuditEntry.objects.get(act="keys.create")
    assert entry.target == key.secret_id
    assert secret_key not in str(entry.details)
    assert entry.details["actions"] == ["SendEmail"]


def test_networks_are_kept_in_one_spelling() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    key, _ = credentials.create_key(admin, name="key", networks=["192.0.2.7", "198.51.100.77/24", " 2001:DB8::/32 "])
    assert key.networks == ["192.0.2.7/32", "198.51.100.0/24", "2001:db8::/32"]


@pytest.mark.parametrize("network", ["example.com", "192.0.2.300", "192.0.2.0/33", "*"])
def test_what_is_no_network_is_refused(network: str) -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    with refused(match="not an IP address or network") as refusal:
        credentials.create_key(admin, name="key", networks=[network])
    assert refusal.value.field == "networks"
    assert not ApiKey.objects.exists()


def test_a_key_needs_a_name() -> None:
    with refused(match="Give the key a name"):
        credentials.create_key(factories.caller(factories.account(), Role.ADMIN), name=" ")


def test_a_key_is_switched_off_and_on_and_each_change_is_written_down_once() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    key = factories.api_key(admin.account)
    for enabled in (False, False, True):
        credentials.set_key_enabled(admin, key=key, enabled=enabled)
        assert ApiKey.objects.get(pk=key.pk).enabled is enabled
    assert list(AuditEntry.objects.order_by("id").values_list("act", flat=True)) == ["keys.disable", "keys.enable"]


def test_another_accounts_key_is_out_of_reach() -> None:
    key = factories.api_key(factories.account())
    credentials.set_key_enabled(factories.caller(factories.account(), Role.ADMIN), key=key, enabled=False)
    assert ApiKey.objects.get(pk=key.pk).enabled


def test_only_admins_manage_keys() -> None:
    operator = factories.caller(factories.account(), Role.OPERATOR)
    with pytest.raises(Forbidden):
        credentials.create_key(operator, name="key")
    with pytest.raises(Forbidden):
        credentials.set_key_enabled(operator, key=factories.api_key(operator.account), enabled=False)
