"""The report of a torture run: Markdown with what was done and found, and a picture of the flow of mail. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.torture.verdict import Finding

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM = 960, 360, 60, 40, 40
SERIES = (("promised", "#2563eb"), ("delivered", "#16a34a"), ("reports taken", "#d97706"))


@dataclass(frozen=True)
class FaultMade:
    """One fault as it happened; seconds since the start, and until the first new promise and delivery after it."""

    at: float
    ended: float
    name: str
    promised_after: float
    delivered_after: float


@dataclass
class Run:
    """What is told of a run; `samples` are (seconds, promised, delivered, reports taken)."""

    began: datetime
    machine: str
    disk: str
    seconds: float = 0.0
    told: str = ""
    faults: list[FaultMade] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    samples: list[tuple[float, int, int, int]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Say whether every promise was kept."""
        return all(finding.holds for finding in self.findings)


def markdown(run: Run, *, picture: str) -> str:
    """Return the report; `picture` is the file name of the drawing beside it."""
    lines = [
        "# Torture run",
        "",
        f"Written by `make torture` on {run.began:%Y-%m-%d %H:%M} UTC; {run.machine}; {run.seconds:.0f} s.",
        f"The data lay on {run.disk}. {run.told}",
        "",
        f"**{'Every promise was kept.' if run.holds else 'NOT every promise was kept.'}**",
        "",
        f"![Promised, delivered and reported over time, with the faults]({picture})",
        "",
        "## Verdict",
        "",
        "| looked at | found | as promised |",
        "| --- | --- | --- |",
        *(f"| {f.what} | {f.found} | {'yes' if f.holds else '**no**'} |" for f in run.findings),
        "",
        "## Faults",
        "",
        "Seconds: when it began, how long it lasted, then how long after its end until a mail was promised and one was "
        "delivered again.",
        "",
        "| at | lasted | fault | promised after | delivered after |",
        "| ---: | ---: | --- | ---: | ---: |",
        *(
            f"| {f.at:.1f} | {f.ended - f.at:.1f} | {f.name} | {f.promised_after:.1f} | {f.delivered_after:.1f} |"
            for f in run.faults
        ),
        "",
    ]
    return "\n".join(lines)


def drawing(run: Run) -> str:
    """Return an SVG picture: three rising lines over time, a grey bar for each fault."""
    end = max(run.seconds, 1.0)
    top = max([1, *(max(sample[1:]) for sample in run.samples)])

    def x(seconds: float) -> float:
        return LEFT + seconds / end * (WIDTH - LEFT - RIGHT)

    def y(count: float) -> float:
        return HEIGHT - BOTTOM - count / top * (HEIGHT - BOTTOM - 30)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12"><rect width="100%" height="100%" fill="#ffffff"/>'
    ]
    for fault in run.faults:
        width = max(1.5, x(fault.ended) - x(fault.at))
        parts.append(
            f'<rect x="{x(fault.at):.1f}" y="30" width="{width:.1f}" height="{HEIGHT - BOTTOM - 30}" fill="#cbd5e1">'
            f"<title>{fault.name}</title></rect>"
        )
    for at, (name, colour) in enumerate(SERIES):
        points = " ".join(f"{x(sample[0]):.1f},{y(sample[at + 1]):.1f}" for sample in run.samples)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{LEFT + 130 * at}" y="18" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{LEFT + 130 * len(SERIES)}" y="18" fill="#64748b">grey: a fault</text>')
    for share in _shares(4):
        parts.append(
            f'<text x="{LEFT - 6}" y="{y(top * share) + 4:.1f}" text-anchor="end" fill="#334155">{top * share:.0f}</text>'
            f'<text x="{x(end * share):.1f}" y="{HEIGHT - 18}" text-anchor="middle" fill="#334155">'
            f"{end * share:.0f} s</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _shares(steps: int) -> Sequence[float]:
    return [step / steps for step in range(steps + 1)]
