"""`make soak`: the suite several times in a row as on a slow machine, and a report of it.

`python -m tests.soak [--runs N] [--niceness N] [-- PYTEST ARGUMENTS]`; each run's whole output stays under `var/soak/`.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.soak import report
from tests.soak.busy_cores import busy_cores, cores, nice, share

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "var" / "soak"
REPORT = ROOT / "docs" / "reports" / "soak.md"
# Beside a loop at 0 a process at 3 gets a third of a core, and shares it with all that the suite itself starts.
NICENESS = 3


def run(number: int, arguments: Sequence[str], niceness: int, workers: int) -> report.Run:
    """Run the suite once as `make test` does, show its output as it comes, and return what it said."""
    command = [*nice(niceness), sys.executable, "-m", "pytest", "-n", str(workers), "--dist", "loadgroup"]
    command += ["--durations", str(report.MAX_SLOWEST), *arguments]
    OUTPUT.mkdir(parents=True, exist_ok=True)
    output = bytearray()
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0, start_new_session=True
    )
    assert process.stdout
    try:
        with open(OUTPUT / f"run-{number}.log", "wb") as log:
            while piece := process.stdout.read(65_536):
                output += piece
                log.write(piece)
                sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
        exit_code = process.wait()
    finally:
        # Stopped in the middle: pytest ends as by Ctrl-C and its servers with it, as long as somebody reads what it says.
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
        process.wait()
        process.stdout.close()
    return report.read(output.decode(errors="replace"), exit_code=exit_code, seconds=time.monotonic() - began)


def main() -> int:
    """Make the runs, write the report, and return 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Run the suite as on a slow machine.")
    parser.add_argument("--runs", type=int, default=5, help="how many in a row (5)")
    parser.add_argument("--niceness", type=int, default=NICENESS, help=f"of the suite ({NICENESS}); the loops have 0")
    parser.add_argument("--workers", type=int, default=len(cores()), help="of pytest-xdist; one for each core")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the report goes")
    parser.add_argument("pytest", nargs="*", metavar="ARGUMENT", help="for pytest, after --")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    runs: list[report.Run] = []
    with busy_cores():
        setting = report.Setting(
            day=f"{datetime.now(UTC):%Y-%m-%d}",
            arguments=asked.pytest,
            niceness=asked.niceness,
            share=share(asked.niceness),
            cores=len(cores()),
            python=platform.python_version(),
            load=load,
        )
        print(f"A process at niceness {asked.niceness} gets {setting.share:.0%} of a core.", flush=True)
        for number in range(1, asked.runs + 1):
            print(f"\n== run {number} of {asked.runs}", flush=True)
            runs.append(run(number, asked.pytest, asked.niceness, asked.workers))
            asked.report.parent.mkdir(parents=True, exist_ok=True)
            # After each run: a soak that is stopped leaves what it knows.
            asked.report.write_text(report.page(setting, runs), encoding="utf-8")
            print(f"== run {number} of {asked.runs}: {runs[-1].closing}", flush=True)
    green = sum(done.is_green for done in runs)
    print(f"{green} of {len(runs)} runs passed; see {os.path.relpath(asked.report)}")
    return 0 if green == len(runs) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
