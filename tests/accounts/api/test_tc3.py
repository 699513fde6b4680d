"""The worked example of the published reference, and what must not pass."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.api import tc3
from accounts.api.requests import RawRequest
from tests.refusals import code_of, refused

SECRET_ID = "AKIDEXAMPLE0000000000000000000000000"
SECRET_KEY = "SECRETEXAMPLE00000000000000000000"
BODY = b'{"TemplateID": 10091}'
DAY = "2023-11-14"
SIGNATURE = "1841fda87f41daa99f592b90e2714f9bd0d0927a59cd2bc7aed9c64aa30b0db1"


def authorization(
    signature: str = SIGNATURE, signed: str = "content-type;host", day: str = DAY, service: str = "ses"
) -> str:
    return (
        f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{day}/{service}/tc3_request, "
        f"SignedHeaders={signed}, Signature={signature}"
    )


def raw(method: str = "POST", query: str = "", body: bytes = BODY, **headers: str) -> RawRequest:
    given = {
        "Content-Type": "application/json",
        "Host": "127.0.0.1:8000",
        "X-TC-Action": "GetEmailTemplate",
        "X-TC-Timestamp": "1700000000",
        "Authorization": authorization(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lower = {name.lower(): value for name, value in given.items()}
    return RawRequest(method=method, query=query, headers=Folded(lower), body=body)


class Folded(dict[str, str]):
    """Headers under any case, as a web server hands them over."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def signed(request: RawRequest, secret_key: str = SECRET_KEY) -> bool:
    return tc3.verify(request, tc3.parse(request.headers.get("Authorization")), secret_key)


CANONICAL = (
    "POST\n/\n\ncontent-type:application/json\nhost:127.0.0.1:8000\n\ncontent-type;host\n"
    "b70def72ffd11a9d9c07aca1d9a205a8f85bd0378af93023e73df5f1c6d8005b"
)


def test_the_payload_hash_is_that_of_the_raw_body():
    assert tc3.payload_hash(raw()) == "b70def72ffd11a9d9c07aca1d9a205a8f85bd0378af93023e73df5f1c6d8005b"


def test_an_unsigned_payload_is_hashed_by_its_word():
    request = raw(X_TC_Content_SHA256="UNSIGNED-PAYLOAD")
    assert tc3.payload_hash(request) == "438d4109ef0d676b8c2c7ed13cdfcb418e494d53b843d4634ce3b1085f07bb96"


def test_the_canonical_request_is_that_of_the_example():
    request = raw()
    text = tc3.canonical_request(
        method="POST",
        query="",
        headers=request.headers,
        signed=("content-type", "host"),
        payload_hash=tc3.payload_hash(request),
    )
    assert text == CANONICAL
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "d146d386788b5643b585ea80ac3151eb00e6d06549a81681881580267dafada8"


def test_the_string_to_sign_is_that_of_the_example():
    assert tc3.string_to_sign("1700000000", DAY, CANONICAL) == (
        "TC3-HMAC-SHA256\n1700000000\n2023-11-14/ses/tc3_request\n"
        "d146d386788b5643b585ea80ac3151eb00e6d06549a81681881580267dafada8"
    )


def test_the_signing_key_is_that_of_the_example():
    expected = "bfbd3a00920f194c9803bc8c1f75426ab2f7f2e309dc5e2bbc42810ac21cd653"
    assert tc3.signing_key(SECRET_KEY, DAY).hex() == expected


def test_the_signature_is_that_of_the_example():
    assert tc3.sign(SECRET_KEY, DAY, tc3.string_to_sign("1700000000", DAY, CANONICAL)) == SIGNATURE
    assert signed(raw())


def test_a_get_call_signs_its_query_as_it_stands():
    request = raw(
        method="GET",
        query="TemplateID=10091",
        body=b"",
        Content_Type="application/x-www-form-urlencoded",
        Authorization=authorization("21044ebb9c1c0046faf3e1f4e984440b0d3174a8ae9c019390226a05c8b6bb17"),
    )
    assert signed(request)


def test_a_signed_action_is_compared_in_lower_case():
    request = raw(
        Content_Type="application/json; charset=utf-8",
        Authorization=authorization(
            "275b4fb74a6173791fc6edb8da8a0428828673c873c5d9c7c1ac133d21957995", "content-type;host;x-tc-action"
        ),
    )
    assert signed(request)
    assert not signed(
        RawRequest(**{**vars(request), "headers": Folded(request.headers | {"x-tc-action": "SendEmail"})})
    )


def test_read_returns_what_the_headers_say():
    call = tc3.read(raw(X_TC_Version="2020-10-02", X_TC_Region="ap-hongkong", X_TC_Language="en-US"))
    assert (call.action, call.version, call.region) == ("GetEmailTemplate", "2020-10-02", "ap-hongkong")
    assert (call.secret_id, call.as_text) == (SECRET_ID, False)
    assert tc3.language(raw(X_TC_Language="en-US")) == "en-US"
    assert call.params() == {"TemplateID": 10091}
    assert call.signed_by(SECRET_KEY)
    assert not call.signed_by(SECRET_KEY + "x")


PARTS = ["body", "content-type", "host", "x-tc-timestamp", "authorization", "secret"]


@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    part=st.sampled_from(PARTS), at=st.integers(0, 400), char=st.characters(codec="latin-1", exclude_characters="\r\n")
)
def test_any_mutated_signed_part_is_refused(part: str, at: int, char: str):
    """One character put in or exchanged, in any part the signature covers."""
    request, secret = raw(), SECRET_KEY
    if part == "secret":
        secret = _mutate(SECRET_KEY, at, char)
    elif part == "body":
        request = raw(body=_mutate(BODY.decode(), at, char).encode("latin-1"))
    else:
        # Servers hand over header values without the blanks around them.
        mutated = _mutate(request.headers.get(part), at, char).strip(" \t")
        request = raw(**{part.replace("-", "_"): mutated})
    if request == raw() and secret == SECRET_KEY:
        return
    # The case of these two is not signed: the reference folds it, the SDKs do not (decision 30).
    if part in {"content-type", "host"} and request.headers[part].lower() == raw().headers[part].lower():
        return
    if code_of(lambda: signed(request, secret)):
        return
    read = tc3.parse(request.headers.get("Authorization"))
    # Blanks between the parts of the header say nothing, and another SecretId has another key.
    if part == "authorization" and (read == tc3.parse(authorization()) or read.secret_id != SECRET_ID):
        return
    assert not signed(request, secret)


def _mutate(text: str, at: int, char: str) -> str:
    at %= len(text)
    return text[:at] + char + text[at + 1 :] if at % 2 else text[:at] + char + text[at:]


def test_the_method_is_signed():
    assert not signed(raw(method="GET"))
    assert not signed(raw(method="PUT"))


def test_the_query_of_a_post_is_neither_signed_nor_read():
    request = raw(query="TemplateID=1")
    assert signed(request)
    assert tc3.read(request).params() == {"TemplateID": 10091}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic dXNlcjpwYXNz",
        authorization().replace("TC3-HMAC-SHA256", "TC3-HMAC-SHA1"),
        authorization().replace("tc3_request", "tc4_request"),
        authorization().replace("Signature=", "Sig="),
        authorization(SIGNATURE.upper()),
        authorization(SIGNATURE[:-1]),
        authorization(signed="host"),
        authorization(signed="content-type"),
        authorization(signed="content-type;host;host"),
    ],
)
def test_a_malformed_authorization_is_said_to_be_so(header: str):
    with refused() as caught:
        tc3.parse(header)
    assert caught.value.code == "AuthFailure.InvalidAuthorization"


def by_hand(
    *, host: str, sent: str, service: str = "ses", scope: str | None = None, day: str = DAY, query: str = "",
    content_type: str = "application/json", ports: tuple[int, ...] = (80, 443),
) -> RawRequest:  # fmt: skip
    """Return a call whose signature covers `host`, made with the key of `service`, and sent with `sent` as its Host."""
    method = "GET" if query else "POST"
    lines = f"content-type:{content_type}\nhost:{host}\n"
    body = b"" if query else BODY
    canonical = f"{method}\n/\n{query}\n{lines}\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"TC3{SECRET_KEY}".encode()
    for step in (day, service, "tc3_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    text = f"TC3-HMAC-SHA256\n1700000000\n{day}/{service}/tc3_request\n{digest}"
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    header = authorization(signature, day=day, service=scope or service)
    request = raw(method=method, query=query, body=body, Host=sent, Authorization=header)
    request.headers["content-type"] = "application/json"  # type: ignore[index]
    return replace(request, ports=ports)


def test_a_scope_of_another_day_is_refused():
    assert signed(by_hand(host="ses.test", sent="ses.test"))
    assert not signed(by_hand(host="ses.test", sent="ses.test", day="2023-11-15"))


@pytest.mark.parametrize(
    "service", ["127", "localhost:8000", "mail-api", "ses", "cvm", "[::1]:8000", "MAIL", "xn--fiqs8s", "a_b"]
)
def test_the_key_is_that_of_the_service_that_the_scope_names(service: str):
    """SDKs take it from their endpoint's first label: "127" of "127.0.0.1:8000", all of "localhost:8000"."""
    assert signed(by_hand(host="ses.test", sent="ses.test", service=service))
    assert not signed(by_hand(host="ses.test", sent="ses.test", service=service, scope="other"))


@pytest.mark.parametrize(
    ("signs", "sends"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("ses.test", "ses.test:8443"),
        ("[::1]", "[::1]:8000"),
        ("ses.test:443", "ses.test"),
        ("ses.test:80", "ses.test"),
        ("ses.test:8000", "ses.test"),
        ("ses.test:8443", "ses.test:443"),
        ("ses.test:", "ses.test:"),
    ],
)
def test_the_host_is_taken_with_or_without_its_port(signs: str, sends: str):
    assert signed(by_hand(host=signs, sent=sends, ports=(80, 443, 8000, 8443)))


@pytest.mark.parametrize(
    ("signs", "sends"),
    [
        ("ses.test", "other.test"),
        ("ses.test", "ses.test.evil.example"),
        ("127.0.0.1", "127.0.0.2:8000"),
        ("ses.test:9000", "ses.test"),
        ("ses.test", ""),
        ("[::1]", "[::2]:8000"),
    ],
)
def test_another_host_is_refused(signs: str, sends: str):
    assert not signed(by_hand(host=signs, sent=sends))


def test_both_cases_of_content_type_and_host_are_taken():
    for content_type in ("application/json; charset=UTF-8", "application/json; charset=utf-8"):
        request = by_hand(host="ses.test", sent="SES.test", content_type=content_type)
        request.headers["content-type"] = content_type  # type: ignore[index]
        assert signed(request) is (content_type == content_type.lower())
        request = by_hand(host="SES.test", sent="SES.test", content_type=content_type)
        request.headers["content-type"] = content_type  # type: ignore[index]
        assert signed(request)


def test_the_hash_of_the_body_is_our_own_whatever_the_client_says_of_it():
    claimed = hashlib.sha256(BODY).hexdigest()
    assert signed(raw(X_TC_Content_SHA256=claimed))
    assert not signed(raw(body=BODY + b" ", X_TC_Content_SHA256=claimed))


def test_a_signature_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch):
    compared = []
    constant = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append({a, b}) or constant(a, b))
    assert signed(raw())
    assert compared == [{SIGNATURE}]
