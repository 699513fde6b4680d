"""Findings hold codes and numbers: their messages are in the language of whoever reads them."""

from typing import get_args

import pytest
from django.utils import translation

from templates_app.finding_texts import CATEGORIES, FAULTS, HEADINGS, category, heading, message, summary
from templates_app.inspection import FaultCode
from templates_app.models import ForbiddenPhrase
from templates_app.phrase_matching import Phrase
from templates_app.screening import ReviewLimits, screen

FORBIDDEN = [Phrase("Gambling", "online casino"), Phrase("Invoices", "代开发票")]


def message_of(rule, html="", text=""):
    return next(message(finding) for finding in screen(html, text, FORBIDDEN) if finding.rule == rule)


def test_the_length_says_what_is_missing():
    assert message_of("length", "x" * 146) == "146 of 160 visible characters, 14 to go."
    assert message_of("length", "x" * 1460) == "1,460 visible characters; at least 160 are needed."


def test_the_share_of_variables_is_said_as_a_part_of_all_characters():
    html = f"<b>{{{{a}}}}</b> {'x' * 99} {{{{ b }}}}"
    assert message_of("variables", html) == "10 of 111 characters are variables (9%; at most 1 in 6)."
    assert message_of("variables", "x") == "There are no variables."


def test_of_two_parts_the_one_meant_is_named():
    assert message_of("length", "x" * 200, "short").startswith("Text part: 5 of 160")
    assert message_of("length", "short", "x" * 200).startswith("HTML part: 5 of 160")


def test_faults_are_named_up_to_a_number():
    html = "".join(f'<a href="{{{{a{n}}}}}">x</a>' for n in range(5))
    assert message_of("links", html).startswith("“{{a0}}” starts with a variable, so its domain is not fixed. “{{a1}}”")
    assert message_of("links", html).endswith("And 2 more.")
    assert message_of("active", "<form><svg><base><object><embed><p onclick=x><iframe>") == (
        "Not allowed in an email: <form>, <svg>, <base>, <object>, <embed>, 2 more."
    )


def test_a_link_that_is_too_long_is_refused_with_the_length_that_it_may_have():
    html = f'<a href="https://a.test/?q={"x" * 3000}&amp;y={{{{z}}}}">x</a>'
    shown = "https://a.test/?q=" + "x" * 39 + "…"
    assert message_of("links", html) == f"“{shown}” is too long: a link may have at most 2,048 characters."
    with translation.override("zh-hans"):
        assert message_of("links", html) == f"“{shown}”过长：链接最多 2,048 个字符。"


def test_forbidden_phrases_come_with_their_category():
    html = "online casino <p hidden>代开发票</p>"
    assert message_of("forbidden_phrases", html) == (
        "Forbidden: “online casino” (Gambling), “代开发票” (Invoices, in text that is not shown)."
    )


def test_the_summary_says_the_numbers():
    assert summary(screen(f"{'x' * 200}{{{{name}}}}<img src=x>", "", FORBIDDEN)) == (
        "200 characters · 4% variables · 1 image"
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_finding_has_a_message(language):
    bodies = [
        ("", "x"),
        ("x" * 200, "{{a}}"),
        ("<img src=x>", ""),
        ("<img src=x>a", ""),
        ("<!-- {{a}} --><p {{a}}>{{a b}}<{{a}}><style>{{a}}</style>", ""),
        ('<a href="/page">x</a><a href="https://{{host}}/">y</a>', ""),
        ("<meta http-equiv=refresh><link rel=stylesheet href=x><img src=javascript:x><p style='a:expression(x)'>", ""),
    ]
    with translation.override(language):
        for html, text in bodies:
            for finding in screen(html, text, FORBIDDEN):
                assert heading(finding)
                assert "%(" not in message(finding)
        (size,) = screen("x" * 2000, "", [], ReviewLimits(max_bytes=1000))
        assert "1,000" in message(size)


def test_every_code_has_its_text():
    assert set(get_args(FaultCode)) == set(FAULTS)
    assert {finding.rule for finding in screen("x", "y", FORBIDDEN)} | {"size"} == set(HEADINGS)


def test_the_reader_s_language_is_used():
    with translation.override("zh-hans"):
        assert message_of("images", "x") == "0 张图片，最多 50 张。"


@pytest.mark.django_db
def test_the_categories_that_every_installation_begins_with_are_translated():
    assert set(ForbiddenPhrase.objects.values_list("category", flat=True)) == CATEGORIES
    with translation.override("zh-hans"):
        assert category("Gambling") == "赌博"
        assert category("Approved") == "Approved"
