"""`python -m tests.bounces [--corpus FOLDER]`: what the product makes of real bounces; writes docs/reports/bounces.md."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

import django

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reports" / "bounces.md"


def main() -> int:
    """Print the figures; of the project's own bounces, write the report. Return 1 when they are worse than wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.bounces", description="Judge real bounces.")
    parser.add_argument("--corpus", type=Path, help="other bounces, with their labels.json: no report is written")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    # Only now: texts want settings.
    corpus = import_module("tests.bounces.corpus")
    judgements = corpus.judged(asked.corpus or corpus.OWN)
    if not asked.corpus:
        REPORT.write_text(import_module("tests.bounces.report").markdown(judgements), encoding="utf-8")
    return 0 if corpus.printed(judgements) else 1


if __name__ == "__main__":
    sys.exit(main())
