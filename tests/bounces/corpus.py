"""Real bounces and what they are labelled as, against what the product makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from sending.inbound import dsn, parsing
from sending.inbound.report import Report, ReportKind
from sending.smtp.replies import Outcome, classify_report
from tests.sending.inbound.mails import CAPS

ROOT = Path(__file__).resolve().parents[2]
# The copy in the project; the larger set beside it, where there is one, is the same or holds more.
OWN = ROOT / "tests" / "corpus" / "bounces"
BESIDE = ROOT.parent / "shared" / "corpus" / "bounces"

MIN_AGREEMENT_WITH_PART = 0.93
MIN_AGREEMENT = 0.85
MAX_FALSE_HARD = 0.015
MAX_DISPUTED = 10


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One recipient of one file: its label, and what the product says."""

    file: str
    reason: str
    label_hard: bool
    hard: bool
    has_part: bool
    bounce_class: str
    diagnostic: str

    @property
    def agrees(self) -> bool:
        """Say whether label and product agree on "hard"."""
        return self.hard is self.label_hard

    @property
    def is_false_hard(self) -> bool:
        """Say whether the product would block an address that is in use."""
        return self.hard and not self.label_hard


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How far labels and product agree; the shares are of recipients."""

    recipients: int
    agreement: float
    false_hard: float


def folder() -> Path:
    """Return where the bounces are."""
    return BESIDE if (BESIDE / "labels.json").is_file() else OWN


def disputed() -> dict[str, str]:
    """Return the files whose labels are not to be had from what they say, with the reasons."""
    found: dict[str, str] = json.loads((OWN / "disputed.json").read_text())
    return found


def judged(bounces: Path) -> list[Judgement]:
    """Return the product's judgement of every recipient of every file that has a label."""
    labels = json.loads((bounces / "labels.json").read_text())
    return [judgement for file in sorted(labels) for judgement in _of_file(bounces, file, labels[file])]


def figures(
    judgements: Sequence[Judgement], *, without: Callable[[Judgement], bool] = lambda judgement: False
) -> Figures:
    """Return how far they agree; those `without` count for the agreement and not for false-hard."""
    counted = [judgement for judgement in judgements if not without(judgement)]
    return Figures(
        recipients=len(judgements),
        agreement=sum(judgement.agrees for judgement in judgements) / max(1, len(judgements)),
        false_hard=sum(judgement.is_false_hard for judgement in counted) / max(1, len(counted)),
    )


def is_disputed(judgement: Judgement) -> bool:
    """Say whether the file's label is disputed."""
    return judgement.file in disputed()


def _of_file(bounces: Path, file: str, labels: list[dict[str, str]]) -> list[Judgement]:
    raw = (bounces / f"{file}.eml").read_bytes()
    report = parsing.parse(raw, CAPS)
    has_part = any(part.get_content_type() in dsn.STATUS_PARTS for part in message_from_bytes(raw).walk())
    pairs: list[tuple[Report, bool, str]]
    if len(report.recipients) == len(labels):
        pairs = [
            (each, bool(label["hard"]), label["reason"]) for each, label in zip(report.recipients, labels, strict=True)
        ]
    else:
        pairs = [(report, any(label["hard"] for label in labels), labels[0]["reason"])]
    return [_judgement(file, each, hard, reason, has_part) for each, hard, reason in pairs]


def _judgement(file: str, report: Report, hard: bool, reason: str, has_part: bool) -> Judgement:
    outcome: Outcome | None = None
    if report.kind is ReportKind.BOUNCE:
        outcome = classify_report(report.status, report.diagnostic, stage=report.stage)
    return Judgement(
        file=file,
        reason=reason,
        label_hard=hard,
        hard=outcome is not None and outcome.hard,
        has_part=has_part,
        bounce_class=str(outcome.bounce_class) if outcome else f"({report.kind})",
        diagnostic=report.diagnostic,
    )


def printed(judgements: Sequence[Judgement]) -> bool:
    """Print agreement and false-hard, and say whether they are as good as wanted."""
    whole = figures(judgements, without=is_disputed)
    part = figures([judgement for judgement in judgements if judgement.has_part])
    print(
        f"bounces {whole.agreement:.1%} agreement on hard with {whole.recipients} labels, {part.agreement:.1%} of "
        f"{part.recipients} with a delivery-status part; false hard {whole.false_hard:.2%} without "
        f"{len(disputed())} disputed files, {figures(judgements).false_hard:.2%} with them"
    )
    return (
        whole.agreement >= MIN_AGREEMENT
        and part.agreement >= MIN_AGREEMENT_WITH_PART
        and whole.false_hard <= MAX_FALSE_HARD
    )
