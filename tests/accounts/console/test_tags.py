from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone, translation

from accounts.console import badges
from accounts.roles import Role
from accounts.templatetags.console import relative

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load console %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=50), "1 min ago"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3, minutes=59), "3 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=31), "Jan 29, 2026"),
        (timedelta(seconds=-20), "in a moment"),
        (timedelta(days=-3), "in 3 days"),
    ],
)
def test_times_are_told_by_their_distance(span: timedelta, words: str) -> None:
    assert relative(NOW - span, NOW) == words


def test_a_time_has_its_full_form_and_zone_beside_it() -> None:
    with timezone.override("Asia/Shanghai"):
        text = render("{% when moment %}", moment=datetime(2026, 3, 1, tzinfo=UTC))
    assert 'datetime="2026-03-01T00:00:00.000+00:00"' in text
    assert 'title="Mar 1, 2026, 08:00:00 UTC+08:00 Asia/Shanghai"' in text


def test_a_time_can_be_told_in_full() -> None:
    assert ">Mar 1, 2026, 00:00:00 UTC<" in render(
        '{% when moment "absolute" %}', moment=datetime(2026, 3, 1, tzinfo=UTC)
    )


def test_times_and_numbers_are_told_in_the_persons_language() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    with translation.override("zh-hans"):
        assert ">2026年3月1日 00:00:00 UTC<" in render('{% when moment "absolute" %}', moment=moment)
        assert relative(NOW - timedelta(days=3), NOW) == "3 天前"
        assert relative(NOW - timedelta(days=31), NOW) == "2026年1月29日"
        assert render("{% number value %}", value=1234567) == "1,234,567"
        # What other programs read stays as it is.
        assert 'datetime="2026-03-01T00:00:00.000+00:00"' in render("{% when moment %}", moment=moment)
        assert render("{{ value }}", value=1234567) == "1234567"


def test_a_state_looks_the_same_in_every_language() -> None:
    with translation.override("zh-hans"):
        text = render("{% badge state %}", state="in_review")
    assert "审核中" in text
    assert "state-azure" in text


def test_no_time_is_a_dash() -> None:
    assert "–" in render("{% when moment %}", moment=None)


def test_an_icon_is_an_svg_without_style() -> None:
    text = render('{% icon "mail" "big" %}')
    assert text.startswith('<svg class="icon big"')
    assert 'aria-hidden="true"' in text
    assert "style" not in text


@pytest.mark.parametrize("name", ["no-such-icon-here", "../../package", "MAIL"])
def test_an_icon_that_does_not_exist_is_a_fault_of_the_template(name: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="no icon"):
        render("{% icon name %}", name=name)


def test_a_state_is_word_icon_and_colour() -> None:
    text = render("{% badge state %}", state="in_review")
    assert "In review" in text
    assert "state-azure" in text
    assert "<svg" in text


def test_a_state_that_nobody_knows_is_grey() -> None:
    assert "state-secondary" in render("{% badge state %}", state="peculiar")
    assert badges.style_of("peculiar") == badges.PLAIN


def test_a_choice_shows_its_label() -> None:
    assert "Operator" in render("{% badge state %}", state=Role.OPERATOR)


def test_a_states_word_is_escaped() -> None:
    assert "<b>" not in render("{% badge state %}", state="<b>")


def test_a_query_is_changed_and_the_rest_kept() -> None:
    request = RequestFactory().get("/?a=1&b=2&a=3")
    assert render('{% query_set b="" c=4 %}', request=request) == "?a=1&amp;a=3&amp;c=4"


def test_numbers_are_grouped() -> None:
    assert render("{% number value %}", value=1234567) == "1,234,567"
    assert render("{% number value %}", value=None) == "–"


class TwoFields(forms.Form):
    first = forms.CharField(max_length=3, widget=forms.TextInput(attrs={"autofocus": True}))
    second = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    third = forms.CharField()


@pytest.mark.parametrize(
    ("entries", "name"),
    [
        ({"first": "xxxx", "second": "z"}, "first"),
        ({"first": "x", "second": "z"}, "second"),
        ({"first": "x", "second": "a"}, "third"),
    ],
)
def test_a_refused_form_begins_at_its_first_wrong_field(entries: dict[str, str], name: str) -> None:
    text = render("{% for bound in form %}{% field bound %}{% endfor %}", form=TwoFields(entries))
    begins = re.findall(r'<(?:input|textarea)[^>]*name="(\w+)"[^>]*autofocus', text)
    assert set(begins) == {name}


def test_a_form_that_was_not_sent_begins_where_it_says() -> None:
    text = render("{% for bound in form %}{% field bound %}{% endfor %}", form=TwoFields())
    assert re.findall(r'name="(\w+)"[^>]*autofocus', text) == ["first"]


def test_a_refusal_of_the_whole_form_is_where_it_begins() -> None:
    form = TwoFields({"first": "x", "second": "a", "third": "x"})
    form.add_error(None, "Not today.")
    text = render(
        '{% include "console/_form_errors.html" %}{% for bound in form %}{% field bound %}{% endfor %}', form=form
    )
    assert text.index("autofocus") < text.index("Not today.")
