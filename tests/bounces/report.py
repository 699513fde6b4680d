"""The report on real bounces: figures, disagreements, and which class each reason came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.bounces import corpus
from tests.bounces.corpus import Judgement


def markdown(judgements: Sequence[Judgement]) -> str:
    """Return the report on these judgements."""
    disputed = corpus.disputed()
    lines = [
        "# Real bounces",
        "",
        "Written by `python -m tests.bounces`: what the product makes of the real bounces in `tests/corpus/bounces`, against",
        "the labels that came with them. Hard means that the address is blocked for every account. A file counts once for",
        "each of its recipients that the report names.",
        "",
        "| | recipients | agreement on hard | false hard, all files | false hard, without the disputed |",
        "| --- | ---: | ---: | ---: | ---: |",
        *[_row(name, chosen) for name, chosen in _groups(judgements)],
        "",
        f"Wanted: at least {corpus.MIN_AGREEMENT_WITH_PART:.0%} agreement where there is a delivery-status part (RFC 3464),",
        f"{corpus.MIN_AGREEMENT:.0%} over all, and at most {corpus.MAX_FALSE_HARD:.1%} false hard without the disputed files.",
        "",
        "## Disputed labels",
        "",
        *[f"- `{file}`: {reason}" for file, reason in disputed.items()],
        "",
        "## Disagreements",
        "",
        "| file | label | product | what was read |",
        "| --- | --- | --- | --- |",
        *[_disagreement(each) for each in judgements if not each.agrees],
        "",
        "## Classes",
        "",
        "What the labels call it, and the classes it came to; in brackets, mails that are no bounce reports.",
        "",
        "| label | recipients | hard | classes |",
        "| --- | ---: | ---: | --- |",
        *_classes(judgements),
    ]
    return "\n".join(lines) + "\n"


def _groups(judgements: Sequence[Judgement]) -> list[tuple[str, list[Judgement]]]:
    files = sorted({judgement.file for judgement in judgements})
    first = set(files[::2])
    return [
        ("all", list(judgements)),
        ("with a delivery-status part", [each for each in judgements if each.has_part]),
        ("without one", [each for each in judgements if not each.has_part]),
        ("every other file, from the first", [each for each in judgements if each.file in first]),
        ("every other file, from the second", [each for each in judgements if each.file not in first]),
    ]


def _row(name: str, judgements: list[Judgement]) -> str:
    with_all = corpus.figures(judgements)
    without = corpus.figures(judgements, without=corpus.is_disputed)
    return (
        f"| {name} | {with_all.recipients} | {with_all.agreement:.1%} | {with_all.false_hard:.1%} "
        f"| {without.false_hard:.1%} |"
    )


def _disagreement(judgement: Judgement) -> str:
    words = judgement.diagnostic.replace("|", "\\|")
    words = f"{words[:110]}…" if len(words) > 110 else words
    label = f"{judgement.reason}, {'hard' if judgement.label_hard else 'soft'}"
    return (
        f"| {judgement.file} | {label} | {judgement.bounce_class}, {'hard' if judgement.hard else 'soft'} | {words} |"
    )


def _classes(judgements: Sequence[Judgement]) -> list[str]:
    rows = []
    for reason in sorted({judgement.reason for judgement in judgements}):
        chosen = [judgement for judgement in judgements if judgement.reason == reason]
        classes = Counter(judgement.bounce_class for judgement in chosen)
        listed = ", ".join(f"{name} {number}" for name, number in classes.most_common())
        rows.append(f"| {reason} | {len(chosen)} | {sum(judgement.hard for judgement in chosen)} | {listed} |")
    return rows
