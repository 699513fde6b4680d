"""Bounces have to reach us first, and no advice may take away somebody's mailbox."""

from __future__ import annotations

import pytest

from tests.domains.judged import MX, sentence_for, verdict


@pytest.mark.parametrize(
    "values",
    [("5 mx.ses.test.",), ("10 MX.SES.TEST.", "20 mx.own.test."), ("0 mx.ses.test.", "0 mx.ses.test.")],
)
def test_our_server_in_front_passes(values: tuple[str, ...]) -> None:
    assert verdict(MX, *values).state == "passed"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (("10 mx.own.test.",), "another mail server"),
        (("10 192.0.2.1.",), "another mail server"),
        (("5 mx.ses.test.", "5 mx.own.test."), "would receive the bounces"),
        (("5 mx.ses.test.", "1 mx.own.test."), "would receive the bounces"),
        (("5 mx.ses.test.d.test.",), "final dot"),
        (("0 .",), "null MX"),
        (("0 .", "5 mx.ses.test."), "null MX"),
        (("10 .", "5 mx.ses.test."), "null MX"),
    ],
)
def test_a_fault_is_named_with_its_cure(values: tuple[str, ...], text: str) -> None:
    found = verdict(MX, *values)
    assert found.state == "wrong"
    assert text in sentence_for(MX, found)


@pytest.mark.parametrize("values", [("10 aspmx.mail.test.",), ("5 mx.ses.test.", "1 mx.own.test."), ()])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_who_has_a_mailbox_there_is_told_to_send_from_a_subdomain(values: tuple[str, ...], language: str) -> None:
    found = verdict(MX, *values, zone={} if values else {MX.host: [{"A": "192.0.2.7"}]})
    assert found.state != "passed"
    assert {"en": "subdomain", "zh-hans": "子域名"}[language] in sentence_for(MX, found, language)


@pytest.mark.parametrize("address", [{"A": "192.0.2.7"}, {"AAAA": "2001:db8::7"}])
def test_without_an_mx_the_own_address_takes_the_mail(address: dict[str, str]) -> None:
    found = verdict(MX, zone={MX.host: [address]})
    assert (found.state, found.reason) == ("missing", "mx_implicit")
    assert verdict(MX).reason == "mx_missing"
