"""Real bounces are judged as well as wanted, in every half of them."""

from __future__ import annotations

import json

from tests.bounces import corpus
from tests.bounces.report import markdown

JUDGED = corpus.judged(corpus.OWN)


def test_hard_agrees_with_the_labels_and_hardly_an_address_in_use_is_blocked() -> None:
    assert corpus.printed(JUDGED)


def test_every_other_file_alone_is_judged_as_well_as_all() -> None:
    files = sorted({judgement.file for judgement in JUDGED})
    for half in (set(files[::2]), set(files[1::2])):
        assert corpus.printed([judgement for judgement in JUDGED if judgement.file in half])


def test_few_files_are_disputed_each_for_a_reason_and_only_those_that_disagree() -> None:
    disputed = corpus.disputed()
    assert len(disputed) <= corpus.MAX_DISPUTED
    assert all(len(reason) > 40 for reason in disputed.values())
    assert set(disputed) == {judgement.file for judgement in JUDGED if judgement.is_false_hard}


def test_every_file_has_its_label_and_the_licence_is_beside_them() -> None:
    labels = json.loads((corpus.OWN / "labels.json").read_text())
    assert {path.stem for path in corpus.OWN.glob("*.eml")} == set(labels)
    assert "BSD 2-CLAUSE" in (corpus.OWN / "LICENSE").read_text()


def test_the_report_names_every_disagreement() -> None:
    text = markdown(JUDGED)
    assert all(f"| {judgement.file} |" in text for judgement in JUDGED if not judgement.agrees)
