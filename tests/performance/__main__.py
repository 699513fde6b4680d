"""`make bench`: every benchmark, one after another; each prints its figures and ratios, a line each.

`python -m tests.performance [--scale N] [NAME …]` runs the named ones, N times as large.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from tests.performance.stage import stage

# In this order; each is the module `bench_<name>` with a `run(stage, scale)` that returns False when it was too slow.
NAMES = ("delivery", "latency", "acceptance", "front", "queue", "blocklist", "figures", "texts", "replies")
# A run that hangs ends here, and still cleans up.
MAX_SECONDS = 600


def main() -> int:
    """Run them and return 1 when one was too slow."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance", description="Measure how fast it is.")
    parser.add_argument("--scale", type=float, default=1.0, help="sizes, as a multiple of the usual ones")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(NAMES)}; all by default")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"there is no benchmark named {', '.join(sorted(unknown))}")
    slow = []
    with stage(int(MAX_SECONDS * max(1.0, asked.scale))) as here:
        for name in asked.names or NAMES:
            here.clear()
            # Only now: the models want settings, and those the stage's environment.
            if not import_module(f"tests.performance.bench_{name}").run(here, asked.scale):
                slow.append(name)
            sys.stdout.flush()
    for name in slow:
        print(f"{name} is too slow", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
