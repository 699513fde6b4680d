from __future__ import annotations

import pytest
from django.core.handlers.wsgi import WSGIRequest
from hypothesis import given
from hypothesis import strategies as st

from accounts.network import client_ip
from config.web.environ import MalformedRequest, client_of, environ_of
from tests.config.web.fakes import scope


def test_path_and_query_reach_django_as_they_were_sent() -> None:
    environ = environ_of(scope("GET", "/t/%E4%BD%A0%2Fx", "b=%zz&a=1&b=2"))
    assert environ["QUERY_STRING"] == "b=%zz&a=1&b=2"
    assert WSGIRequest(environ).path_info == "/t/你/x"


@given(st.lists(st.integers(33, 126).map(chr).filter(lambda letter: letter not in "?#"), max_size=30).map("".join))
def test_any_path_is_read_or_refused(path: str) -> None:
    try:
        assert WSGIRequest(environ_of(scope(path=f"/{path}"))).path_info.startswith("/")
    except MalformedRequest:
        assert "%00" in path


@pytest.mark.parametrize("twice", [b"host", b"content-length"])
def test_two_of_a_header_that_says_where_a_request_ends_or_goes_are_refused(twice: bytes) -> None:
    asked = scope(content_length="3")
    asked["headers"].append((twice, b"3"))
    with pytest.raises(MalformedRequest, match=f"two headers {twice.decode()}"):
        environ_of(asked)


def test_other_repeated_headers_are_joined() -> None:
    asked = scope(cookie="a=1", accept="text/html")
    asked["headers"] += [(b"cookie", b"b=2"), (b"accept", b"*/*")]
    environ = environ_of(asked)
    assert (environ["HTTP_COOKIE"], environ["HTTP_ACCEPT"]) == ("a=1; b=2", "text/html,*/*")


def test_a_name_with_an_underscore_does_not_pass_for_the_one_with_a_hyphen() -> None:
    asked = scope()
    asked["headers"] += [(b"x_forwarded_for", b"203.0.113.9"), (b"X_Forwarded_Proto", b"https")]
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"} & environ_of(asked).keys()


def test_a_nul_in_the_path_is_refused() -> None:
    with pytest.raises(MalformedRequest, match="NUL"):
        environ_of(scope(path="/u/a%00b"))


def test_the_old_version_and_an_empty_path_are_understood() -> None:
    asked = scope(path="") | {"http_version": "1"}
    environ = environ_of(asked)
    assert (environ["SERVER_PROTOCOL"], environ["PATH_INFO"]) == ("HTTP/1.0", "/")


def test_requests_are_counted_for_an_address_or_a_network_of_ipv6() -> None:
    asked = scope() | {"client": ("2001:db8:1:2:3::4", 1)}
    assert client_of(environ_of(asked)) == "2001:db8:1:2::"
    assert client_of(environ_of(scope())) == "192.0.2.7"
    assert client_of(environ_of(scope() | {"client": ("::ffff:192.0.2.9", 1)})) == "192.0.2.9"
    assert client_of(environ_of(scope() | {"client": None})) == ""


def test_behind_a_proxy_they_are_counted_for_the_address_that_it_saw(settings) -> None:  # type: ignore[no-untyped-def]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    environ = environ_of(scope(x_forwarded_for="10.0.0.1, 203.0.113.9"))
    assert client_of(environ) == client_ip(WSGIRequest(environ)) == "203.0.113.9"


def test_an_empty_host_is_none_where_none_is_needed() -> None:
    asked = scope(host="") | {"http_version": "1"}
    assert WSGIRequest(environ_of(asked)).get_host() == "127.0.0.1:8000"
    assert environ_of(scope(host=""))["HTTP_HOST"] == ""
