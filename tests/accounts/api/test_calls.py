from __future__ import annotations

from django.http import HttpRequest
from django.test import RequestFactory

from accounts.api import calls


def is_call(request: HttpRequest) -> bool:
    return calls.is_call(request.META)


def test_the_console_keeps_plain_gets() -> None:
    make = RequestFactory()
    assert not is_call(make.get("/"))
    assert not is_call(make.head("/"))
    assert not is_call(make.get("/?days=7", headers={"Authorization": "Basic eDp5"}))
    assert is_call(make.get("/", headers={"X-TC-Action": "Echo"}))
    assert is_call(make.get("/", headers={"Authorization": "TC3-HMAC-SHA256 x"}))
    assert is_call(make.get("/?Action=Echo"))
    assert is_call(make.get("/?Signature="))
    assert is_call(make.post("/"))
    assert is_call(make.put("/"))
