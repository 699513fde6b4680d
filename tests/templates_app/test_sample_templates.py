"""The samples are as good as what reviewers ask for."""

from __future__ import annotations

import itertools

import pytest
from django.conf import settings

from templates_app import queries, screening
from templates_app.forbidden_phrases import current
from templates_app.sample_templates import SAMPLES, html_of
from templates_app.variables import names_in

EACH = list(itertools.product(SAMPLES, dict(settings.LANGUAGES)))


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "language"), EACH)
def test_each_sample_passes_the_screening(key: str, language: str) -> None:
    findings = screening.screen(html_of(key, language), "", current(), queries.limits())
    assert screening.passes(findings), findings


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_has_the_same_variables_in_each_language(key: str) -> None:
    wanted = {frozenset(names_in(html_of(key, language))) for language, _ in settings.LANGUAGES}
    assert len(wanted) == 1
    assert "name" in wanted.pop()


@pytest.mark.parametrize(
    ("key", "language"), [("nothing", "en"), ("../en/order-confirmation", "en"), ("order-confirmation", "..")]
)
def test_there_is_no_other_sample(key: str, language: str) -> None:
    with pytest.raises(KeyError):
        html_of(key, language)
