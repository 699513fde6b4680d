"""Accounts that may send, for the benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import ApiKey
from domains.dkim import generate
from domains.reputation import MAX_LEVEL
from tests import factories
from tests.performance import mails


@dataclass(frozen=True)
class Sending:
    """What a program needs to send."""

    key: ApiKey
    address: str
    template: int


def account_that_sends(domain_name: str) -> Sending:
    """Return a new account with a verified domain of the highest level, an address, a template and a key."""
    pem, public = generate(2048)
    account = factories.account()
    domain = factories.domain(
        account, name=domain_name, dkim_private_key=pem, dkim_public_key=public, reputation_level=MAX_LEVEL
    )
    template = factories.template(account, html=mails.HTML, text=mails.TEXT)
    return Sending(factories.api_key(account), factories.address(domain).address, template.pk)
