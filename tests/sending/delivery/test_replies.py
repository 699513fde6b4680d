"""Replies and reports become outcomes; only a dead address is hard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.delivery.handover import Failure, Handover
from sending.delivery.replies import DEAD, Class, Kind, classify, classify_report


def reply(code: int, text: str = "", *, enhanced: str = "", stage: str = "rcpt") -> Handover:
    return Handover(code=code, enhanced=enhanced, text=text, stage=stage)


@pytest.mark.parametrize("enhanced", sorted(DEAD))
def test_a_dead_address_is_hard(enhanced: str) -> None:
    outcome = classify(reply(550, "no", enhanced=enhanced))
    assert outcome.kind is Kind.BOUNCED
    assert outcome.bounce_type == "hard_bounce"


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "name"),
    [
        (552, "5.2.2", "mailbox full", Class.QUOTA_ISSUES),
        (550, "5.2.1", "disabled", Class.INACTIVE_MAILBOX),
        (550, "5.7.1", "blocked by policy", Class.POLICY_RELATED),
        (550, "5.7.1", "looks like spam", Class.SPAM_CONTENT),
        (554, "5.7.1", "listed at zen.spamhaus.org", Class.SPAM_BLOCK),
        (550, "5.7.1", "user unknown spam trap", Class.SPAM_CONTENT),
        (550, "5.7.26", "unauthenticated", Class.AUTHENTICATION_FAILED),
        (552, "5.3.4", "too big", Class.MESSAGE_TOO_LARGE),
        (554, "", "no thanks", Class.POLICY_RELATED),
        (550, "", "mailbox over quota", Class.QUOTA_ISSUES),
        (552, "", "message size exceeds limit", Class.MESSAGE_TOO_LARGE),
        (521, "", "host does not accept mail", Class.BAD_DOMAIN),
        (550, "", "go away", Class.OTHER),
    ],
)
def test_other_final_replies_are_soft(code: int, enhanced: str, text: str, name: Class) -> None:
    outcome = classify(reply(code, text, enhanced=enhanced))
    assert (outcome.kind, outcome.bounce_type, outcome.bounce_class) == (Kind.BOUNCED, "soft_bounce", name)


def test_words_alone_may_say_that_the_user_is_unknown() -> None:
    assert classify(reply(550, "ada: User unknown")).hard
    assert not classify(reply(554, "User unknown")).hard
    assert not classify(reply(550, "User unknown", stage="mail")).hard


def test_only_the_answer_to_the_mail_itself_delivers() -> None:
    assert classify(reply(250, "ok", stage="body")).kind is Kind.DELIVERED
    assert classify(reply(250, "ok", stage="rcpt")).kind is Kind.DEFERRED
    assert classify(reply(354, "go", stage="body")).kind is Kind.DEFERRED


@pytest.mark.parametrize("failure", [f for f in Failure if f])
def test_without_a_reply_only_what_dns_says_for_good_is_final(failure: Failure) -> None:
    outcome = classify(Handover(failure=failure))
    final = failure in {Failure.NO_DOMAIN, Failure.NULL_MX, Failure.NO_MAIL_HOST, Failure.FORBIDDEN_HOST}
    assert outcome.kind is (Kind.BOUNCED if final else Kind.DEFERRED)
    assert outcome.hard is (final and failure is not Failure.FORBIDDEN_HOST)
    assert outcome.reason


@given(
    st.integers(400, 599),
    st.sampled_from(["", "x.1.1", "x.2.2", "x.7.1", "x.99.99"]),
    st.text(max_size=80),
    st.sampled_from(["greeting", "ehlo", "mail", "rcpt", "data", "body"]),
)
def test_5xx_is_final_and_4xx_never_is(code: int, enhanced: str, text: str, stage: str) -> None:
    outcome = classify(reply(code, text, enhanced=enhanced.replace("x", str(code // 100)), stage=stage))
    assert outcome.kind is (Kind.BOUNCED if code >= 500 else Kind.DEFERRED)
    assert outcome.bounce_class
    assert not (outcome.hard and code < 500)


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "hard", "name"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <a@b.test> unknown", Kind.BOUNCED, True, Class.INVALID_RECIPIENT),
        ("5.0.0", "smtp; 550 5.1.1 no such user", Kind.BOUNCED, True, Class.INVALID_RECIPIENT),
        ("5.2.2", "smtp; 552 user unknown", Kind.BOUNCED, False, Class.QUOTA_ISSUES),
        ("", "smtp; 550 user unknown", Kind.BOUNCED, True, Class.INVALID_RECIPIENT),
        ("4.4.1", "connection timed out", Kind.DEFERRED, False, Class.NO_ANSWER_FROM_HOST),
        ("", "smtp; 451 later", Kind.DEFERRED, False, Class.TRANSIENT_FAILURE),
        ("2.0.0", "sent", Kind.DELIVERED, False, Class.NONE),
        ("5.7", "policy", Kind.BOUNCED, False, Class.OTHER),
        ("", "", Kind.BOUNCED, False, Class.OTHER),
        ("5.4.7", "expired, see 192.5.1.1", Kind.BOUNCED, False, Class.MESSAGE_EXPIRED),
    ],
)
def test_reports_are_read_by_code_first(status: str, diagnostic: str, kind: Kind, hard: bool, name: Class) -> None:
    outcome = classify_report(status, diagnostic)
    assert (outcome.kind, outcome.hard, outcome.bounce_class) == (kind, hard, name)


@given(st.text(max_size=60), st.text(max_size=300))
def test_no_report_breaks_the_reader(status: str, diagnostic: str) -> None:
    assert classify_report(status, diagnostic).kind
