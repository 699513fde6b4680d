"""Every way a call can be refused before its action, and what an answer looks like."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Allowance, ApiKey
from tests import factories
from tests.accounts.api.calls import code, old, post, send, tc3_headers

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.api.urls")]


@pytest.fixture
def key() -> ApiKey:
    return factories.api_key(factories.account())


def test_an_answer_holds_the_actions_fields_and_a_request_id(client: Client, key: ApiKey):
    answer = post(client, key, "Echo", {"Text": "hello"})
    assert answer == {"Text": "hello", "Account": key.account_id, "Channel": "api", "RequestId": answer["RequestId"]}
    assert post(client, key, "Echo", {"Text": "hello"})["RequestId"] != answer["RequestId"]


def test_a_content_type_with_charset_is_taken(client: Client, key: ApiKey):
    assert code(post(client, key, "Echo", {"Text": "a"}, Content_Type="application/json; charset=UTF-8")) is None


def test_a_get_call_converts_text_by_the_inputs_types(client: Client, key: ApiKey):
    query = "Text=a+b&Number=7&Flag=True&Names.0=x&Names.1=y&Items.0.Name=n&Items.0.Content=aGk%3D&One.Name=o"
    answer = send(client, "GET", tc3_headers(key, "Echo", method="GET", query=query), query=query)
    assert (answer["Text"], answer["Number"], answer["Flag"], answer["Names"]) == ("a b", 7, True, ["x", "y"])


@pytest.mark.parametrize("algorithm", ["HmacSHA1", "HmacSHA256"])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_old_signatures_pass(client: Client, key: ApiKey, method: str, algorithm: str):
    answer = old(client, key, "Echo", {"Text": "é", "Number": "7", "Names.0": "x"}, method=method, algorithm=algorithm)
    assert (answer["Text"], answer["Number"], answer["Names"]) == ("é", 7, ["x"])


def test_an_unsigned_payload_passes(client: Client, key: ApiKey):
    assert code(post(client, key, "Echo", {"Text": "a"}, X_TC_Content_SHA256="UNSIGNED-PAYLOAD")) is None


def test_an_unsigned_payload_is_refused_where_that_is_switched_off(client: Client, key: ApiKey, settings: object):
    settings.UNSIGNED_PAYLOAD = False
    answer = post(client, key, "Echo", {"Text": "a"}, X_TC_Content_SHA256="UNSIGNED-PAYLOAD")
    assert code(answer) == "AuthFailure.InvalidAuthorization"
    assert "Sign the body" in answer["Error"]["Message"]
    assert code(post(client, key, "Echo", {"Text": "a"})) is None


# --- protocol and size ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(client: Client, key: ApiKey, method: str):
    assert code(send(client, method, tc3_headers(key, "Echo"))) == "UnsupportedProtocol"


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded"]
)
def test_other_content_types_are_refused(client: Client, key: ApiKey, content_type: str):
    assert code(post(client, key, "Echo", {"Text": "a"}, Content_Type=content_type)) == "UnsupportedProtocol"


def test_json_without_authorization_is_told_what_it_lacks(client: Client):
    refused = send(client, "POST", {"Content-Type": "application/json"}, body=b"{}")
    assert code(refused) == "UnsupportedProtocol"
    assert "Authorization" in refused["Error"]["Message"]
    refused = send(client, "POST", {"Content-Type": "application/json", "X-TC-Action": "Echo"}, body=b"{}")
    assert code(refused) == "MissingParameter"
    assert "`Authorization`" in refused["Error"]["Message"]


def test_sizes_are_limited(client: Client, key: ApiKey):
    assert code(post(client, key, "Echo", b"x" * (8 * 1024 * 1024 + 1))) == "RequestSizeLimitExceeded"
    assert code(post(client, key, "Echo", b"x" * (20 * 1024 * 1024))) == "RequestSizeLimitExceeded"
    assert code(post(client, key, "Echo", {"Text": "x" * (7 * 1024 * 1024)})) is None
    assert code(old(client, key, "Echo", {"Text": "x" * (1024 * 1024)})) == "RequestSizeLimitExceeded"
    query = "Text=" + "x" * (32 * 1024)
    headers = tc3_headers(key, "Echo", method="GET", query=query)
    assert code(send(client, "GET", headers, query=query)) == "RequestSizeLimitExceeded"


def test_a_query_of_a_thousand_fields_gets_an_answer_of_the_api(client: Client, key: ApiKey):
    query = "&".join(f"Field{number}=x" for number in range(1_500))
    refused = send(client, "GET", tc3_headers(key, "Echo", method="GET", query=query), query=query)
    assert code(refused) == "UnknownParameter"


# --- common parameters ------------------------------------------------------------------------


def test_an_unknown_action_is_refused(client: Client, key: ApiKey):
    assert code(post(client, key, "Nonsense")) == "InvalidAction"
    assert code(old(client, key, "Nonsense")) == "InvalidAction"


@pytest.mark.parametrize("name", ["Action", "Version", "Region", "Timestamp"])
def test_a_missing_common_parameter_is_named(client: Client, key: ApiKey, name: str):
    refused = post(client, key, "Echo", **{f"X_TC_{name}": None})
    assert code(refused) == "MissingParameter"
    assert refused["Error"]["Message"] == f"The request is missing a required parameter `{name}`."
    assert code(old(client, key, "Echo", **{name: None})) == "MissingParameter"


def test_another_version_or_region_is_refused(client: Client, key: ApiKey):
    assert code(post(client, key, "Echo", X_TC_Version="2017-03-12")) == "NoSuchVersion"
    assert code(post(client, key, "Echo", X_TC_Region="eu-frankfurt")) == "UnsupportedRegion"


# A minute from the edges, so that a slow machine does not run across them.
@pytest.mark.parametrize("seconds", [-360, 360])
def test_a_timestamp_outside_the_window_is_refused(client: Client, key: ApiKey, seconds: int):
    assert (
        code(post(client, key, "Echo", {"Text": "a"}, at=int(time.time()) + seconds)) == "AuthFailure.SignatureExpire"
    )


@pytest.mark.parametrize("seconds", [-240, 240])
def test_a_timestamp_inside_the_window_passes(client: Client, key: ApiKey, seconds: int):
    assert code(post(client, key, "Echo", {"Text": "a"}, at=int(time.time()) + seconds)) is None


@pytest.mark.parametrize("text", ["soon", "-1", "1e9", "9" * 30])
def test_a_timestamp_that_is_no_time_is_refused(client: Client, key: ApiKey, text: str):
    assert code(post(client, key, "Echo", X_TC_Timestamp=text)) == "InvalidParameter"


# --- who calls --------------------------------------------------------------------------------


def test_an_unknown_key_and_a_disabled_key_are_the_same(client: Client, key: ApiKey):
    unknown = post(client, ApiKey(secret_id="AKIDnobody", secret_key="x"), "Echo")
    assert code(unknown) == "AuthFailure.SecretIdNotFound"
    ApiKey.objects.filter(pk=key.pk).update(enabled=False)
    disabled = post(client, key, "Echo")
    assert disabled["Error"] == unknown["Error"]
    assert "The SecretId is not found" in disabled["Error"]["Message"]


def test_a_key_that_is_switched_off_stops_at_once(client: Client, key: ApiKey):
    assert code(post(client, key, "Echo", {"Text": "a"})) is None
    ApiKey.objects.filter(pk=key.pk).update(enabled=False)
    assert code(post(client, key, "Echo", {"Text": "a"})) == "AuthFailure.SecretIdNotFound"


@pytest.mark.parametrize("secret_id", ["\x00", "é", "a" * 100, "' OR 1=1"])
def test_a_secret_id_that_cannot_be_one_is_not_looked_up(
    client: Client, key: ApiKey, secret_id: str, django_assert_num_queries: Callable[[int], Any]
):
    with django_assert_num_queries(0):
        assert code(old(client, key, "Echo", SecretId=secret_id)) == "AuthFailure.SecretIdNotFound"


def test_a_wrong_secret_key_is_refused_in_the_references_words(client: Client, key: ApiKey):
    refused = post(client, ApiKey(secret_id=key.secret_id, secret_key="wrong"), "Echo", {"Text": "a"})
    assert code(refused) == "AuthFailure.SignatureFailure"
    assert refused["Error"]["Message"] == (
        "The provided credentials could not be validated. Please check your signature is correct."
    )
    assert code(old(client, key, "Echo", Signature="wrong")) == "AuthFailure.SignatureFailure"


def test_a_changed_body_is_refused(client: Client, key: ApiKey):
    headers = tc3_headers(key, "Echo", body=b'{"Text": "a"}')
    assert code(send(client, "POST", headers, body=b'{"Text": "b"}')) == "AuthFailure.SignatureFailure"


def test_a_malformed_authorization_is_refused(client: Client, key: ApiKey):
    headers = tc3_headers(key, "Echo") | {"Authorization": "TC3-HMAC-SHA256 Credential=x"}
    assert code(send(client, "POST", headers)) == "AuthFailure.InvalidAuthorization"


def test_a_scope_of_another_day_is_refused(client: Client, key: ApiKey):
    now = timezone.now()
    headers = tc3_headers(key, "Echo", at=int(now.timestamp()))
    today, tomorrow = now, now + timedelta(days=1)
    assert f"{today:%Y-%m-%d}" in headers["Authorization"]
    headers["Authorization"] = headers["Authorization"].replace(f"{today:%Y-%m-%d}", f"{tomorrow:%Y-%m-%d}")
    assert code(send(client, "POST", headers)) == "AuthFailure.SignatureFailure"


def test_a_token_is_refused(client: Client, key: ApiKey):
    assert code(post(client, key, "Echo", X_TC_Token="x")) == "AuthFailure.TokenFailure"
    assert code(old(client, key, "Echo", Token="x")) == "AuthFailure.TokenFailure"


@pytest.mark.parametrize(
    ("networks", "ip", "passes"),
    [
        (["127.0.0.1"], "127.0.0.1", True),
        (["192.0.2.0/24", "127.0.0.0/8"], "127.0.0.1", True),
        (["192.0.2.0/24"], "192.0.3.1", False),
        (["192.0.2.0/24"], "::ffff:192.0.2.9", True),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], "192.0.2.1", False),
        (["192.0.2.0/24"], "", False),
    ],
)
def test_a_key_works_from_its_networks_alone(client: Client, networks: list[str], ip: str, passes: bool):
    key = factories.api_key(factories.account(), networks=networks)
    body = b'{"Text": "a"}'
    answer = send(client, "POST", tc3_headers(key, "Echo", body=body), body=body, ip=ip)
    assert code(answer) == (None if passes else "IpNotInWhitelist")


def test_a_key_calls_its_actions_alone(client: Client):
    key = factories.api_key(factories.account(), actions=["Echo"])
    assert code(post(client, key, "Echo", {"Text": "a"})) is None
    assert code(post(client, key, "Refusing")) == "AuthFailure.UnauthorizedOperation"


def test_the_last_use_is_stamped_once_a_minute(client: Client, key: ApiKey):
    post(client, key, "Echo", {"Text": "a"})
    key.refresh_from_db()
    first = key.last_used_at
    assert first
    post(client, key, "Echo", {"Text": "a"})
    key.refresh_from_db()
    assert key.last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    post(client, key, "Echo", {"Text": "a"})
    key.refresh_from_db()
    assert key.last_used_at
    assert key.last_used_at >= first


def test_a_failed_signature_stamps_nothing(client: Client, key: ApiKey):
    post(client, ApiKey(secret_id=key.secret_id, secret_key="wrong"), "Echo")
    key.refresh_from_db()
    assert key.last_used_at is None


# --- how often --------------------------------------------------------------------------------


def use_up(key: ApiKey, calls: int) -> None:
    """Note so many calls of Echo in the present second: the database's, which stands still in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
    Allowance.objects.update_or_create(
        key=f"api:{key.account_id}:Echo", window=int(now.timestamp()), defaults={"used": calls, "ends_at": now}
    )


def test_the_twenty_first_call_of_a_second_is_refused(client: Client, key: ApiKey):
    use_up(key, 19)
    assert code(post(client, key, "Echo", {"Text": "a"})) is None
    use_up(key, 20)
    refused = post(client, key, "Echo", {"Text": "a"})
    assert code(refused) == "RequestLimitExceeded"
    assert "Wait a second" in refused["Error"]["Message"]


def test_each_action_and_each_account_has_its_own_rate(client: Client, key: ApiKey):
    other = factories.api_key(factories.account())
    post(client, key, "Echo", {"Text": "a"})
    post(client, key, "Refusing")
    post(client, other, "Echo", {"Text": "a"})
    keys = set(Allowance.objects.values_list("key", flat=True))
    assert {f"api:{key.account_id}:Echo", f"api:{key.account_id}:Refusing", f"api:{other.account_id}:Echo"} <= keys


# --- the input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "expected", "word"),
    [
        ({}, "MissingParameter", "`Text`"),
        ({"Text": None}, "MissingParameter", "`Text`"),
        ({"Text": "a", "Txt": 1}, "UnknownParameter", "`Txt`"),
        ({"Text": "a", "One": {"Name": "n", "Nome": 1}}, "UnknownParameter", "`One.Nome`"),
        ({"Text": "a", "One": {}}, "MissingParameter", "`One.Name`"),
        ({"Text": "a", "One": "n"}, "InvalidParameter", "`One`"),
        ({"Text": "a", "One": []}, "InvalidParameter", "`One`"),
        ({"Text": 1}, "InvalidParameter", "`Text`"),
        ({"Text": ["a"]}, "InvalidParameter", "`Text`"),
        ({"Text": {"a": "b"}}, "InvalidParameter", "`Text`"),
        ({"Text": True}, "InvalidParameter", "`Text`"),
        ({"Text": "a\nb"}, "InvalidParameterValue", "U+000A"),
        ({"Text": "\ud800"}, "InvalidParameterValue", "U+D800"),
        ({"Text": "a", "Lines": "a\x00b"}, "InvalidParameterValue", "U+0000"),
        ({"Text": "a", "Number": "7"}, "InvalidParameter", "`Number`"),
        ({"Text": "a", "Number": 7.0}, "InvalidParameter", "`Number`"),
        ({"Text": "a", "Number": True}, "InvalidParameter", "`Number`"),
        ({"Text": "a", "Number": 0}, "InvalidParameterValue", "from 1 to 100"),
        ({"Text": "a", "Number": 101}, "InvalidParameterValue", "from 1 to 100"),
        ({"Text": "a", "Number": 2**64 - 1}, "InvalidParameterValue", "from 1 to 100"),
        ({"Text": "a", "Number": 2**64}, "InvalidParameter", "`uint64`"),
        ({"Text": "a", "Number": 10**400}, "InvalidParameter", "`uint64`"),
        ({"Text": "a", "Number": -1}, "InvalidParameter", "`uint64`"),
        # Whatever is wrong with names, presence and types comes before what is wrong with values, anywhere.
        ({"Text": "a\nb", "Number": "7"}, "InvalidParameter", "`Number`"),
        ({"Text": "a\nb", "One": {}}, "MissingParameter", "`One.Name`"),
        ({"Text": 1, "One": {}}, "MissingParameter", "`One.Name`"),
        ({"Text": 1, "Items": [{"Name": "n"}, {"Name": "n", "Nome": 1}]}, "UnknownParameter", "`Items.1.Nome`"),
        ({"One": {"Nome": 1}, "Number": "7"}, "UnknownParameter", "`One.Nome`"),
        ({"Flag": "x", "Lines": "\x00"}, "MissingParameter", "`Text`"),
        ({"Text": "a", "Language": 0}, "InvalidParameter", "should be `string`"),
        ({"Text": "a", "Flag": "true"}, "InvalidParameter", "`Flag`"),
        ({"Text": "a", "Flag": 1}, "InvalidParameter", "`Flag`"),
        ({"Text": "a", "Language": True}, "InvalidParameter", "`Language`"),
        ({"Text": "a", "Names": "x"}, "InvalidParameter", "`Names`"),
        ({"Text": "a", "Names": {"0": "x"}}, "InvalidParameter", "`Names`"),
        ({"Text": "a", "Names": ["x", 1]}, "InvalidParameter", "`Names.1`"),
        ({"Text": "a", "Names": ["x", None]}, "InvalidParameter", "`Names.1`"),
        ({"Text": "a", "Items": [{"Name": "n"}, {}]}, "MissingParameter", "`Items.1.Name`"),
        ({"Text": "a", "Items": ["n"]}, "InvalidParameter", "`Items.0`"),
        (
            {"Text": "a", "Items": [{"Name": "n", "Content": "???"}]},
            "InvalidParameterValue.AttachContentIsWrong",
            "`Items.0.Content`",
        ),
        ({"Text": "a", "Items": [{"Name": "n", "Content": 1}]}, "InvalidParameter", "`Items.0.Content`"),
    ],
)
def test_a_bad_parameter_is_named_with_its_code(
    client: Client, key: ApiKey, params: dict[str, Any], expected: str, word: str
):
    refused = post(client, key, "Echo", params)
    assert code(refused) == expected
    assert word in refused["Error"]["Message"]


def test_text_that_is_no_number_is_refused_where_parameters_come_as_text(client: Client, key: ApiKey):
    assert code(old(client, key, "Echo", {"Text": "a", "Number": "7x"})) == "InvalidParameter"
    assert code(old(client, key, "Echo", {"Text": "a", "Number": "٧"})) == "InvalidParameter"
    assert code(old(client, key, "Echo", {"Text": "a", "Flag": "1"})) == "InvalidParameter"
    assert code(old(client, key, "Echo", {"Text": "a", "Number": "101"})) == "InvalidParameterValue"


def test_a_body_that_is_no_json_is_refused(client: Client, key: ApiKey):
    assert code(post(client, key, "Echo", b"Text=a")) == "InvalidParameter"


def test_a_name_of_a_megabyte_does_not_come_back_whole(client: Client, key: ApiKey):
    refused = post(client, key, "Echo", {"Text": "a", "x" * 1_000_000: 1})
    assert code(refused) == "UnknownParameter"
    assert len(refused["Error"]["Message"]) < 300


def test_what_a_message_quotes_is_made_visible(client: Client, key: ApiKey):
    for language in ("en-US", "zh-CN"):
        refused = post(client, key, "Echo", {"Text": "a", "T\n\u2028x\ud800": 1}, X_TC_Language=language)
        assert "TU+000AU+2028xU+D800" in refused["Error"]["Message"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Text", "Name", "Items"]), inner),
    max_leaves=6,
)
_NAMES = st.sampled_from(["Text", "Lines", "Number", "Language", "Flag", "Names", "Items", "One", "Other", "\ud800"])


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(params=st.dictionaries(_NAMES, _JSON, max_size=4))
def test_no_json_makes_an_internal_error(client: Client, params: dict[str, Any]):
    # A key of its own each time, so that the rate does not hide the answer.
    key = factories.api_key(factories.account())
    assert code(post(client, key, "Echo", params)) in {
        None,
        "MissingParameter",
        "UnknownParameter",
        "InvalidParameter",
        "InvalidParameterValue",
        "InvalidParameterValue.AttachContentIsWrong",
    }


# --- what the action says ---------------------------------------------------------------------


def test_a_refusal_speaks_chinese_unless_asked_for_english(client: Client, key: ApiKey):
    given = {"Text": "a", "Txt": "b"}
    english = post(client, key, "Echo", given)
    assert english["Error"]["Message"] == "The parameter `Txt` is not recognized."
    for language in ("zh-CN", None):
        refused = post(client, key, "Echo", given, X_TC_Language=language)
        assert refused["Error"] == {"Code": "UnknownParameter", "Message": "未定义参数 Txt"}


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        (
            {"Text": "a", "Names": ["x", 0]},
            "The value type of parameter `Names.1` is not valid, input type should be `string`",
            "参数 `Names.1` 的值类型无效，输入类型应为 `string`",
        ),
        (
            {"Text": "a", "One": "n"},
            "The value type of parameter `One` is not valid, input type should be `object`",
            "参数 `One` 的值类型无效，输入类型应为 `object`",
        ),
        ({}, "The request is missing a required parameter `Text`.", "缺少必选参数 `Text`。"),
    ],
)
def test_a_wrong_parameter_is_named_in_both_languages(
    client: Client, key: ApiKey, given: dict[str, object], english: str, chinese: str
) -> None:
    assert post(client, key, "Echo", given)["Error"]["Message"] == english
    assert post(client, key, "Echo", given, X_TC_Language="zh-CN")["Error"]["Message"] == chinese


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"X_TC_Action": None}, "MissingParameter"),
        ({"X_TC_Action": "None"}, "InvalidAction"),
        ({"X_TC_Version": "2019-01-01"}, "NoSuchVersion"),
        ({"X_TC_Region": "eu-frankfurt"}, "UnsupportedRegion"),
        ({"X_TC_Timestamp": "soon"}, "InvalidParameter"),
        ({"X_TC_Token": "x"}, "AuthFailure.TokenFailure"),
        ({"Content_Type": "text/plain"}, "UnsupportedProtocol"),
        ({"Authorization": "TC3-HMAC-SHA256 x"}, "AuthFailure.InvalidAuthorization"),
        ({"Authorization": ""}, "MissingParameter"),
    ],
)
def test_a_common_error_is_told_in_both_languages(client: Client, key: ApiKey, changed: dict[str, Any], expected: str):
    for language, chinese in (("en-US", False), ("zh-CN", True), (None, True)):
        headers = tc3_headers(key, "Echo", body=b"{}", X_TC_Language=language)
        given = {**headers, **{name.replace("_", "-"): value for name, value in changed.items()}}
        refused = send(client, "POST", {name: value for name, value in given.items() if value is not None}, body=b"{}")
        assert code(refused) == expected
        assert bool(re.search("[\u4e00-\u9fff]", refused["Error"]["Message"])) is chinese


def test_an_answer_names_its_language_and_leaves_the_threads_own_alone(client: Client):
    with translation.override("en"):
        for wish, language in (("zh-CN", "zh-hans"), ("en-US", "en"), (None, "zh-hans"), ("fr-FR", "en")):
            headers = {"X-TC-Action": "Refusing"} | ({"X-TC-Language": wish} if wish else {})
            answer = client.post("/", "{}", content_type="application/json", headers=headers)
            assert answer["Content-Language"] == language
            assert translation.get_language() == "en"


def test_an_old_call_that_cannot_be_read_is_refused_in_its_language(client: Client):
    form = "application/x-www-form-urlencoded"
    for body, language in (
        ("Language=en-US&Nonce=1", "en"),
        ("Nonce=1", "zh-hans"),
        ("Nonce=1&Language=zh-CN", "zh-hans"),
    ):
        assert client.post("/", body, content_type=form)["Content-Language"] == language


def test_a_lacking_right_is_an_unauthorised_operation(client: Client, key: ApiKey):
    assert code(post(client, key, "Forbidding")) == "AuthFailure.UnauthorizedOperation"


def test_a_fault_of_ours_is_logged_under_the_request_id(client: Client, key: ApiKey, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR):
        answer = post(client, key, "Breaking")
    assert code(answer) == "InternalError"
    assert "a fault of ours" not in answer["Error"]["Message"]
    assert answer["RequestId"] in caplog.text
    assert "a fault of ours" in caplog.text


def test_without_a_database_the_answer_is_an_internal_error(client: Client, key: ApiKey):
    with database_away():
        answer = post(client, key, "Echo", {"Text": "a"})
    assert code(answer) == "InternalError"
    assert code(post(client, key, "Echo", {"Text": "a"})) is None


@contextmanager
def database_away() -> Iterator[None]:
    def away(*_: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        yield
