"""The official SDK, unchanged but for its endpoint, and the servers it talks to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.ses.v20201002.ses_client import SesClient

from accounts.models import Account, ApiKey
from sending.simulator import dns
from tests import factories
from tests.waiting import WAIT_SECONDS

Sdk = Callable[..., SesClient]


@pytest.fixture
def account(transactional_db: None) -> Account:
    return factories.account()


@pytest.fixture
def key(account: Account) -> ApiKey:
    return factories.api_key(account)


@pytest.fixture
def sdk(live_server: LiveServer, key: ApiKey) -> Sdk:
    """Return a maker of clients; arguments change the key, the region, or the profile."""

    def make(
        *,
        region: str = "ap-hongkong",
        secret_id: str = key.secret_id,
        secret_key: str = key.secret_key,
        method: str = "POST",
        **profile: Any,
    ) -> SesClient:
        endpoint = live_server.url.removeprefix("http://")
        http = HttpProfile(protocol="http", endpoint=endpoint, reqMethod=method, reqTimeout=WAIT_SECONDS)
        settings = ClientProfile(httpProfile=http, language="en-US")
        for name, value in profile.items():
            setattr(settings, name, value)
        return SesClient(Credential(secret_id, secret_key), region, settings)

    return make


@pytest.fixture
def zone(transactional_db: None, settings: Settings) -> Iterator[None]:
    """Run the simulator's DNS on a port of its own and ask it for everything."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(dns.start("127.0.0.1", 0))
    settings.RESOLVER, settings.SIMULATOR_DNS_PORT = "simulator", server.port
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield

    async def end() -> None:
        server.close()
        # The transports say good-bye in the next turns of the loop.
        await asyncio.sleep(0)

    asyncio.run_coroutine_threadsafe(end(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
