"""What pytest said at the end of each run, and the page that tells it (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_SLOWEST = 10

# "= 2 failed, 2310 passed, 1 error in 512.30s (0:08:32) =", without the frame under -q.
_CLOSING = re.compile(
    r"^(?:=+ )?(?P<counts>(?:\d+ [a-z]+(?:, )?)+|no tests ran) in (?P<seconds>[\d.]+)s(?: \([\d:]+\))?(?: =+)?$",
    re.MULTILINE,
)
_COUNT = re.compile(r"(\d+) ([a-z]+)")
_DURATION = re.compile(r"^(?P<seconds>[\d.]+)s (?:call|setup|teardown) +(?P<test>\S+)", re.MULTILINE)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (?P<test>tests/\S+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the suite: how pytest ended, and what its last lines say; without a closing line it was cut off."""

    exit_code: int
    seconds: float
    closing: str
    counts: dict[str, int]
    failed: tuple[str, ...]
    # Seconds and test, the slowest first.
    slowest: tuple[tuple[float, str], ...]

    @property
    def is_green(self) -> bool:
        """Say whether every test of the run passed."""
        return self.exit_code == 0 and set(self.counts) == {"passed"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How the runs were made."""

    day: str
    arguments: Sequence[str]
    niceness: int
    # Of a core, measured beside the busy loops before the first run.
    share: float
    cores: int
    python: str
    # Of the minute before the first run, the busy loops not among it.
    load: float


def read(output: str, *, exit_code: int, seconds: float) -> Run:
    """Return what the output of one run of pytest says."""
    found = list(_CLOSING.finditer(output))
    closing = found[-1] if found else None
    return Run(
        exit_code=exit_code,
        seconds=seconds,
        closing=f"{closing['counts']} in {closing['seconds']}s" if closing else "none: it was cut off",
        counts={word: int(count) for count, word in _COUNT.findall(closing["counts"])} if closing else {},
        failed=tuple(dict.fromkeys(_without_parameters(test) for test in _FAILED.findall(output))),
        slowest=tuple(
            (float(line["seconds"]), _without_parameters(line["test"])) for line in _DURATION.finditer(output)
        ),
    )


def page(setting: Setting, runs: Sequence[Run]) -> str:
    """Return the report as Markdown: how it was made, a line for each run, what failed, the slowest tests."""
    green = sum(run.is_green for run in runs)
    asked = f" with the arguments `{' '.join(setting.arguments)}`" if setting.arguments else ""
    lines = [
        "# The suite on a slow machine",
        "",
        f"Written by `make soak` on {setting.day}. The suite{asked} ran {len(runs)} times in a row under "
        f"`nice -n {setting.niceness}` beside a busy loop on each of {setting.cores} cores; a single process got "
        f"{setting.share:.0%} of a core. Python {setting.python}; load before the first run {setting.load:.1f}.",
        "",
        f"**{green} of {len(runs)} runs passed.**",
        "",
        "| run | result | minutes | closing line of pytest |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {number} | {'passed' if run.is_green else 'failed'} | {run.seconds / 60:.1f} | {run.closing} |"
        for number, run in enumerate(runs, 1)
    ]
    if failed := sorted({test for run in runs for test in run.failed}):
        lines += ["", "## Failed", ""]
        for test in failed:
            where = ", ".join(str(number) for number, run in enumerate(runs, 1) if test in run.failed)
            lines.append(f"- `{test}` in run {where}")
    lines += ["", "## Slowest tests", "", "| longest, s | test |", "|---|---|"]
    lines += [f"| {seconds:.0f} | `{test}` |" for seconds, test in _slowest(runs)]
    return "\n".join([*lines, ""])


def _slowest(runs: Sequence[Run]) -> list[tuple[float, str]]:
    longest: dict[str, float] = {}
    for run in runs:
        for seconds, test in run.slowest:
            longest[test] = max(seconds, longest.get(test, 0.0))
    return sorted(((seconds, test) for test, seconds in longest.items()), reverse=True)[:MAX_SLOWEST]


def _without_parameters(test: str) -> str:
    return test.partition("[")[0]
