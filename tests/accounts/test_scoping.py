from __future__ import annotations

import pytest
from django.http import Http404

from accounts.models import ApiKey
from accounts.scoping import get_visible_or_404, visible
from tests import factories

pytestmark = pytest.mark.django_db


def test_only_the_accounts_own_rows_are_visible() -> None:
    ours, theirs = factories.account(), factories.account()
    mine = factories.api_key(ours)
    factories.api_key(theirs)
    assert list(visible(ApiKey.objects, factories.caller(ours))) == [mine]


def test_scoping_joins_nothing() -> None:
    query = str(visible(ApiKey.objects.all(), factories.caller(factories.account())).query)
    assert "JOIN" not in query


def test_one_row_is_found_by_what_it_is_asked_for() -> None:
    account = factories.account()
    factories.api_key(account)
    key = factories.api_key(account)
    assert get_visible_or_404(ApiKey.objects, factories.caller(account), pk=key.pk) == key


def test_anothers_row_and_no_row_are_the_same() -> None:
    theirs = factories.api_key(factories.account())
    caller = factories.caller(factories.account())
    for pk in (theirs.pk, theirs.pk + 1000):
        with pytest.raises(Http404) as missing:
            get_visible_or_404(ApiKey.objects, caller, pk=pk)
        assert str(missing.value) == ""
