"""`make bench`: every benchmark, one after another; each prints its figures and ratios, a line each."""

from __future__ import annotations

import sys

from tests.performance import bench_delivery

if __name__ == "__main__":
    sys.exit(bench_delivery.main(bench_delivery.MAILS))
