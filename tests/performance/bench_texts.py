"""Texts of others: filling templates, walking markup, reading hostile reports."""

from __future__ import annotations

import time
from collections.abc import Callable

from sending.inbound import parsing
from templates_app.rendering import compile, fill_html
from templates_app.visibility import walk
from tests.performance.stage import Stage
from tests.sending.inbound import mails
from tests.sending.inbound.test_parsing import BOMBS

MARKUP = ("<!--", "<a b='", "<a ", "<", "</", "<style>", "<![", "&#9", "<div hidden>", "<b>x")


def run(stage: Stage, scale: float) -> bool:
    """Measure each."""
    paragraphs = "".join(f'<p>{"text " * 150}{{{{v{n}}}}}</p><a href="https://a.test/{n}">x</a>' for n in range(10))
    ordinary, values = compile(f"<body>{paragraphs}</body>", ""), {f"v{n}": f"value {n}" for n in range(10_000)}
    usual = best(lambda: fill_html(ordinary, values, link=lambda number: "https://t.test/x", pixel="", footer=""), 1000)
    many = compile("".join(f"<p>{{{{v{n}}}}}</p>" for n in range(10_000)), "")
    wide = best(lambda: fill_html(many, values, link=None, pixel="", footer=""), 5)
    print(f"filling {1 / usual:,.0f} ordinary mails/s, {wide * 1000:.0f} ms for 10,000 variables")

    def walked(unit: str, size: int) -> float:
        source = unit * (size // len(unit))
        return best(lambda: [None for _ in walk(source)], 3)

    growth = max(walked(unit, 800_000) / max(walked(unit, 100_000), 0.002) for unit in MARKUP)
    print(f"hostile markup {growth:.1f} times the time for 8 times the length")
    slowest = max((best(lambda raw=raw: parsing.parse(raw, mails.CAPS), 1), name) for name, raw in BOMBS.items())
    print(f"hostile reports {slowest[0] * 1000:.0f} ms for the worst ({slowest[1]})")
    return True


def best(act: Callable[[], object], times: int) -> float:
    """Return the processor seconds of the quickest of `times` runs."""
    found = float("inf")
    for _ in range(times):
        began = time.process_time()
        act()
        found = min(found, time.process_time() - began)
    return found
