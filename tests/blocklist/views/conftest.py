"""An account, and a browser in which one of its people is logged in."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories


@pytest.fixture
def account():
    return factories.account()


@pytest.fixture
def browser(account):
    client = Client()
    client.force_login(factories.user(account))
    return client
