"""`make torture`: the product under load while processes, database and disk fail, and a report of what was lost.

`python -m tests.torture [--mails N] [--reports N] [--kills N] [--stops N] [--seed N] [--folder FOLDER]`
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import django

from tests.folders import data_folder

DISK_MEGABYTES = 1536
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reports"


def main() -> int:
    """Run it, write the report, and return 1 when a promise was not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description="Ill-treat the whole product.")
    parser.add_argument("--mails", type=int, default=3000, help="mails that are to be promised")
    parser.add_argument("--reports", type=int, default=300, help="bounces and complaints that come back")
    parser.add_argument("--kills", type=int, default=20, help="processes killed")
    parser.add_argument("--stops", type=int, default=10, help="database stops")
    parser.add_argument("--seed", type=int, default=1, help="the order of the faults")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where torture.md and torture.svg are written")
    asked = parser.parse_args()
    with data_folder() as folder, _disk_of_its_own(folder) as disk:
        os.environ.update(DJANGO_SETTINGS_MODULE="config.settings", SES_DATA_DIR=str(folder))
        django.setup()
        # Only now: the models want settings.
        run = import_module("tests.torture.conduct").conduct(
            folder,
            mails=asked.mails,
            reports=asked.reports,
            kills=asked.kills,
            stops=asked.stops,
            seed=asked.seed,
            disk=disk,
        )
    written = import_module("tests.torture.report")
    asked.folder.mkdir(parents=True, exist_ok=True)
    (asked.folder / "torture.md").write_text(written.markdown(run, picture="torture.svg"))
    (asked.folder / "torture.svg").write_text(written.drawing(run))
    for finding in run.findings:
        print(f"{'kept' if finding.holds else 'BROKEN':>6} | {finding.what}: {finding.found}")
    return 0 if run.holds else 1


@contextmanager
def _disk_of_its_own(folder: Path) -> Iterator[str]:
    """Mount a small file system in memory at `folder`, so that it can be filled; yield what the report says of it."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=755", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        sys.exit(f"A file system of {DISK_MEGABYTES} MB cannot be mounted ({said.strip()}). Run this as root.")
    try:
        yield f"a tmpfs of {DISK_MEGABYTES} MB"
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


if __name__ == "__main__":
    # Whoever ends the run by a signal leaves nothing behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
