"""A domain's SPF record passes when receivers accept our servers by it; the advice keeps everybody else's mail."""

from __future__ import annotations

from typing import Any

import pytest

from domains.spf.evaluation import check_host
from tests.domains.judged import DOMAIN, OURS, PLATFORM, SPF, around, sentence_for, verdict
from tests.domains.spf.test_evaluation import includes, sender
from tests.domains.spf.zones import Zone

THEIRS: Zone = {
    "_spf.own.test": [{"TXT": "v=spf1 ip4:198.51.100.0/24 ~all"}],
    "via.test": [{"TXT": f"v=spf1 include:{PLATFORM} -all"}],
    "broken.test": [{"TXT": "v=spf1 ip4:198.51.100 -all"}],
    "two.test": [{"TXT": "v=spf1 -all"}, {"TXT": "v=spf1 +all"}],
    "none.test": [{"A": "198.51.100.1"}],
    "empty.test": [{"TXT": "v=spf1 -all"}],
}


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 include:spf.ses.test ~all",
        "v=spf1 include:spf.ses.test. -all",
        "v=spf1 INCLUDE:SPF.SES.TEST -ALL",
        "v=spf1  include:spf.ses.test   ?all ",
        "v=spf1 +include:spf.ses.test",
        "V=SPF1 include:_spf.own.test include:spf.ses.test -all",
        "v=spf1 redirect=spf.ses.test",
        "v=spf1 redirect=via.test",
        "v=spf1 include:via.test -all",
        "v=spf1 ip4:192.0.2.0/24 -all",
        "v=spf1 include:spf.ses.test exp=why.d.test redirect=none.test -all",
        "v=spf1 x-note=%{d} include:spf.ses.test -all",
        "v=spf1 exists:%{i}._spf.d.test -all",
    ],
)
def test_what_receivers_accept_us_by_passes(text: str) -> None:
    zone = {**THEIRS, **{f"192.0.2.{n}._spf.d.test": [{"A": "127.0.0.2"}] for n in (0, 1)}}
    found = verdict(SPF, text, zone=zone)
    assert (found.state, found.reason, found.value) == ("passed", "", text)


@pytest.mark.parametrize(
    ("text", "reason", "value"),
    [
        ("v=spf1 mx -all", "spf_lacking", "v=spf1 mx include:spf.ses.test -all"),
        ("v=spf1 mx ~all", "spf_lacking", "v=spf1 mx include:spf.ses.test ~all"),
        ("v=spf1 mx ?all", "spf_lacking", "v=spf1 mx include:spf.ses.test ?all"),
        ("v=spf1 mx", "spf_lacking", "v=spf1 mx include:spf.ses.test"),
        ("v=spf1 -all", "spf_lacking", "v=spf1 include:spf.ses.test -all"),
        ("v=spf1", "spf_lacking", "v=spf1 include:spf.ses.test"),
        (
            "v=spf1 redirect=_spf.own.test",
            "spf_lacking",
            "v=spf1 include:spf.ses.test redirect=_spf.own.test",
        ),
        (
            "v=spf1 a redirect=_spf.own.test exp=why.d.test",
            "spf_lacking",
            "v=spf1 a include:spf.ses.test exp=why.d.test redirect=_spf.own.test",
        ),
        ("v=spf1 -all include:spf.ses.test", "spf_after_all", "v=spf1 include:spf.ses.test -all"),
        ("v=spf1 ?include:spf.ses.test -all", "spf_qualifier ?", "v=spf1 include:spf.ses.test -all"),
        ("v=spf1 -include:spf.ses.test. ~all", "spf_qualifier -", "v=spf1 include:spf.ses.test ~all"),
        ("v=spf1 include:spf.ses.test~all", "spf_glued", "v=spf1 include:spf.ses.test ~all"),
        ("v=spf1 include:spf.ses.test-all", "spf_glued", "v=spf1 include:spf.ses.test -all"),
        (
            "v=spf1 -ip4:192.0.2.0/24 include:spf.ses.test ~all",
            "spf_refused",
            "v=spf1 include:spf.ses.test -ip4:192.0.2.0/24 ~all",
        ),
        ("v=spf1 ip4:198.51.100 mx -all", "spf_syntax ip4:198.51.100", "v=spf1 mx include:spf.ses.test -all"),
        ("v=spf1 include:spf.ses.test all-", "spf_syntax all-", "v=spf1 include:spf.ses.test"),
        ("v=spf1 include:none.test mx -all", "spf_no_record none.test", "v=spf1 mx include:spf.ses.test -all"),
        (
            "v=spf1 include:broken.test include:spf.ses.test -all",
            "spf_syntax ip4:198.51.100",
            "v=spf1 include:spf.ses.test include:broken.test -all",
        ),
        (
            "v=spf1 include:two.test include:spf.ses.test -all",
            "spf_several_at two.test",
            "v=spf1 include:spf.ses.test include:two.test -all",
        ),
        (
            "v=spf1 a:x1.test a:x2.test a:x3.test include:spf.ses.test -all",
            "spf_void x3.test",
            "v=spf1 include:spf.ses.test a:x1.test a:x2.test a:x3.test -all",
        ),
        ("v=spf1 include:mail.d.test -all", "spf_look_ups 11", "v=spf1 include:spf.ses.test -all"),
        ("v=spf1 mx redirect=mail.d.test", "spf_void mail.d.test", "v=spf1 mx include:spf.ses.test"),
        ("v=spf1 redirect=none.test", "spf_no_record none.test", "v=spf1 include:spf.ses.test redirect=none.test"),
    ],
)
def test_a_fault_is_named_and_its_cure_keeps_the_rest(text: str, reason: str, value: str) -> None:
    found = verdict(SPF, text, zone=THEIRS)
    assert (found.state, found.reason, found.value) == ("wrong", reason, value)
    assert value in sentence_for(SPF, found)
    assert verdict(SPF, found.value, zone=THEIRS).state == "passed"


@pytest.mark.parametrize(
    ("values", "value"),
    [
        (("v=spf1 include:spf.ses.test ~all", "v=spf1 mx -all"), "v=spf1 mx include:spf.ses.test -all"),
        (("v=spf1 mx -all", "v=spf1 a:a.test ~all"), "v=spf1 mx a:a.test include:spf.ses.test -all"),
        (
            ("v=spf1 include:spf.ses.test ~all", "v=spf1 redirect=_spf.own.test"),
            "v=spf1 include:spf.ses.test redirect=_spf.own.test",
        ),
        (
            ("v=spf1 mx -all", "v=spf1 redirect=_spf.own.test"),
            "v=spf1 mx include:_spf.own.test include:spf.ses.test -all",
        ),
        (("v=spf1 include:spf.ses.test -all", "V=SPF1 include:spf.ses.test -all"), "v=spf1 include:spf.ses.test -all"),
    ],
)
def test_of_several_records_one_is_made(values: tuple[str, ...], value: str) -> None:
    found = verdict(SPF, *values, zone=THEIRS)
    assert (found.state, found.reason, found.value) == ("wrong", "spf_several", value)
    assert f"{len(values)} SPF records" in sentence_for(SPF, found)


@pytest.mark.parametrize(
    ("text", "reason", "value"),
    [
        ('"v=spf1 include:_spf.own.test -all"', "quoted", "v=spf1 include:_spf.own.test include:spf.ses.test -all"),
        ("spf1 include:spf.ses.test ~all", "spf_prefix", "v=spf1 include:spf.ses.test ~all"),
        ("v = spf1 mx -all", "spf_prefix", "v=spf1 mx include:spf.ses.test -all"),
        ("v=spf1; mx; -all", "spf_prefix", "v=spf1 mx include:spf.ses.test -all"),
        (" v=spf1 mx -all", "spf_prefix", "v=spf1 mx include:spf.ses.test -all"),
        ("v=spf1\tmx\t-all", "spf_prefix", "v=spf1 mx include:spf.ses.test -all"),
        ("v=spf1include:_spf.own.test -all", "spf_prefix", "v=spf1 include:_spf.own.test include:spf.ses.test -all"),
        ("SPF: v=spf1 mx -all", "spf_prefix", "v=spf1 mx include:spf.ses.test -all"),
        ("include:spf.ses.test", "spf_prefix", "v=spf1 include:spf.ses.test"),
    ],
)
def test_what_was_meant_as_a_record_is_kept(text: str, reason: str, value: str) -> None:
    found = verdict(SPF, text, zone=THEIRS)
    assert (found.state, found.reason, found.value) == ("wrong", reason, value)


def test_a_record_that_becomes_too_long_for_receivers_says_so() -> None:
    zone = includes(10, at=DOMAIN)
    text = zone.pop(DOMAIN)[0]["TXT"]
    found = verdict(SPF, text, zone=zone)
    assert (found.state, found.reason) == ("wrong", "spf_full 11")
    assert "needs 11 look-ups" in sentence_for(SPF, found)
    assert found.value.endswith("include:spf.ses.test -all")
    both = verdict(SPF, text, "v=spf1 include:spf.ses.test ~all", zone=zone)
    assert both.reason == "spf_several_full 11"


def test_a_record_that_is_too_long_for_receivers_does_not_pass() -> None:
    zone = includes(10, at=DOMAIN)
    text = zone.pop(DOMAIN)[0]["TXT"].replace(" -all", " include:spf.ses.test -all")
    found = verdict(SPF, text, zone=zone)
    assert (found.state, found.reason.split()[0]) == ("wrong", "spf_look_ups")
    # In front it would cost somebody else's mail.
    assert found.value == text


def test_where_only_other_senders_are_over_the_limit_the_page_says_so() -> None:
    zone = includes(10, at=DOMAIN)
    text = zone.pop(DOMAIN)[0]["TXT"].replace("v=spf1", "v=spf1 include:spf.ses.test")
    found = verdict(SPF, text, zone=zone)
    assert (found.state, found.reason) == ("passed", "spf_others spf_look_ups 11")
    assert "needs 11" in sentence_for(SPF, found)
    assert max(step.number for step in found.steps) == 11


@pytest.mark.parametrize(
    ("text", "zone", "reason"),
    [
        ("v=spf1 include:error.test include:spf.ses.test -all", {}, "spf_dns error.test"),
        ("v=spf1 include:spf.ses.test -all", {PLATFORM: ["TIMEOUT"]}, f"spf_dns {PLATFORM}"),
        ("v=spf1 include:spf.ses.test -all", {PLATFORM: [{"A": "192.0.2.1"}]}, f"spf_platform {PLATFORM}"),
        ("v=spf1 include:spf.ses.test -all", {PLATFORM: [{"TXT": "v=spf1 -all"}]}, f"spf_platform {PLATFORM}"),
    ],
)
def test_what_could_not_be_checked_is_not_called_wrong(text: str, zone: dict[str, Any], reason: str) -> None:
    found = verdict(SPF, text, zone=zone)
    assert (found.state, found.reason, found.value) == ("unreachable", reason, "")


def test_a_name_that_gives_no_answer_after_ours_does_not_matter() -> None:
    assert verdict(SPF, "v=spf1 include:spf.ses.test include:error.test -all").state == "passed"


def test_both_ends_of_our_networks_have_to_be_accepted() -> None:
    assert verdict(SPF, "v=spf1 ip4:192.0.2.0 -all").state == "wrong"
    assert verdict(SPF, "v=spf1 ip4:192.0.2.0 ip4:192.0.2.1 -all").state == "passed"


def test_all_our_addresses_have_to_be_accepted() -> None:
    zone: Zone = {
        PLATFORM: [{"TXT": "v=spf1 ip4:192.0.2.1 a:out.ses.test -all"}],
        "out.ses.test": [{"AAAA": "2001:db8::1"}],
    }
    assert verdict(SPF, "v=spf1 ip4:192.0.2.1 -all", zone=zone).state == "wrong"
    assert verdict(SPF, "v=spf1 include:spf.ses.test -all", zone=zone).state == "passed"


def test_the_advice_leaves_the_old_senders_theirs() -> None:
    text = "v=spf1 redirect=_spf.own.test"
    found = verdict(SPF, text, zone=THEIRS)
    look_up = around(SPF, found.value, zone=THEIRS)
    assert check_host(look_up, sender("198.51.100.7"), DOMAIN).result == "pass"
    assert check_host(look_up, sender(OURS), DOMAIN).result == "pass"
    assert check_host(look_up, sender("203.0.113.1"), DOMAIN).result == "softfail"
