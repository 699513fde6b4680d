"""What refusals mean: agreement with the labels of real bounces, and the time a reply takes."""

from __future__ import annotations

from sending.smtp.codes import leading_code
from sending.smtp.replies import classify
from sending.smtp.reply_rules import RULES
from sending.smtp.result import SmtpResult
from tests.bounces import corpus
from tests.performance.bench_texts import best
from tests.performance.stage import Stage


def run(stage: Stage, scale: float) -> bool:
    """Measure both; agreement below what is wanted is a failure."""
    is_good = corpus.printed(corpus.judged(corpus.folder()))
    replies = [
        SmtpResult(code=int(rule.example[:3]), enhanced=leading_code(rule.example[4:]), text=rule.example, stage="rcpt")
        for rule in RULES
    ]
    seconds = best(lambda: [classify(reply) for reply in replies], max(1, int(3 * scale)))
    print(f"replies {len(replies) / seconds:,.0f}/s classified by {len(replies)} rules")
    return is_good
