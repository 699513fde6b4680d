"""The policy of every page, and who may put a page into a frame."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.access.matrix import ROWS

FRAMED = {"sending:inbox_body", "templates:preview", "templates:sample_preview"}
OPENED = [name for name, row in ROWS.items() if row.method == "GET" and not row.public]


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPENED)
def test_a_page_runs_no_inline_script_and_only_previews_stand_in_frames(name: str) -> None:
    row, account = ROWS[name], factories.account()
    client = Client()
    client.force_login(factories.user(account, sorted(row.roles)[0]) if row.roles else factories.user(is_staff=True))
    response = client.get(reverse(name, kwargs=row.arguments(account) if row.arguments else {}))
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert "unsafe" not in policy.get("script-src", policy["default-src"])
    if name in FRAMED:
        assert (response["X-Frame-Options"], policy["frame-ancestors"]) == ("SAMEORIGIN", "'self'")
        assert policy["default-src"] == "'none'"
        assert "allow-scripts" not in policy["sandbox"]
    else:
        assert (response["X-Frame-Options"], policy["frame-ancestors"]) == ("DENY", "'none'")


@pytest.mark.django_db
def test_what_is_typed_into_the_editor_is_shown_in_its_frame(client: Client) -> None:
    client.force_login(factories.user(factories.account(), "operator"))
    response = client.post(reverse("templates:preview_unsaved"), {"html": "<p>x</p>"})
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]


def test_pages_of_strangers_have_the_policy_as_well(client: Client) -> None:
    for path in ("/login/", "/nothing-here/"):
        response = client.get(path)
        assert response["X-Frame-Options"] == "DENY"
        assert response["Content-Security-Policy"].split("; ") == [
            "default-src 'self'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
