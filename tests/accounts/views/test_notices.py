from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Notice
from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_closed_notice_is_gone_from_overview_and_the_page_comes_back(client: Client) -> None:
    account = factories.account()
    notice = factories.notice(account, text="The records changed")
    client.force_login(factories.user(account, Role.OPERATOR))
    assert "The records changed" in client.get("/").content.decode()
    answer = client.post(f"/notices/{notice.pk}/close/", headers={"referer": "http://testserver/"}, follow=True)
    assert answer.redirect_chain == [("http://testserver/", 302)]
    assert "The records changed" not in answer.content.decode()
    assert Notice.objects.get().closed_at is not None
