"""Replies and reports become outcomes; only a dead address is hard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.smtp.bounce_class import BounceClass
from sending.smtp.replies import OutcomeKind, classify, classify_report
from sending.smtp.result import Failure, SmtpResult


def reply(code: int, text: str = "", *, enhanced: str = "", stage: str = "rcpt") -> SmtpResult:
    return SmtpResult(code=code, enhanced=enhanced, text=text, stage=stage)


@pytest.mark.parametrize("enhanced", ["5.1.1", "5.1.3", "5.1.6", "5.1.10"])
def test_a_dead_address_is_hard(enhanced: str) -> None:
    outcome = classify(reply(550, "no", enhanced=enhanced))
    assert outcome.kind is OutcomeKind.BOUNCED
    assert outcome.hard


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "name"),
    [
        (552, "5.2.2", "mailbox full", BounceClass.QUOTA_ISSUES),
        (550, "5.2.1", "disabled", BounceClass.INACTIVE_MAILBOX),
        (550, "5.7.1", "blocked by policy", BounceClass.POLICY_RELATED),
        (550, "5.7.1", "looks like spam", BounceClass.SPAM_CONTENT),
        (554, "5.7.1", "listed at zen.spamhaus.org", BounceClass.SPAM_BLOCK),
        (550, "5.7.1", "user unknown spam trap", BounceClass.SPAM_CONTENT),
        (550, "5.7.26", "unauthenticated", BounceClass.AUTHENTICATION_FAILED),
        (552, "5.3.4", "too big", BounceClass.MESSAGE_TOO_LARGE),
        (554, "", "no thanks", BounceClass.POLICY_RELATED),
        (550, "", "mailbox over quota", BounceClass.QUOTA_ISSUES),
        (552, "", "message size exceeds limit", BounceClass.MESSAGE_TOO_LARGE),
        (521, "", "host does not accept mail", BounceClass.BAD_DOMAIN),
        (550, "", "go away", BounceClass.OTHER),
    ],
)
def test_other_final_replies_are_soft(code: int, enhanced: str, text: str, name: BounceClass) -> None:
    outcome = classify(reply(code, text, enhanced=enhanced))
    assert (outcome.kind, outcome.hard, outcome.bounce_class) == (OutcomeKind.BOUNCED, False, name)


@pytest.mark.parametrize("code", [454, 530, 534, 535, 538, 550])
def test_a_relay_that_does_not_know_us_is_the_operator_s_to_mend(code: int) -> None:
    outcome = classify(reply(code, "5.1.1 user unknown", enhanced="5.1.1", stage="auth"))
    assert (outcome.kind, outcome.bounce_class) == (OutcomeKind.DEFERRED, BounceClass.AUTHENTICATION_FAILED)


def test_words_alone_may_say_that_the_user_is_unknown() -> None:
    assert classify(reply(550, "ada: User unknown")).hard
    assert not classify(reply(554, "User unknown")).hard
    assert not classify(reply(550, "User unknown", stage="mail")).hard


def test_only_the_answer_to_the_mail_itself_delivers() -> None:
    assert classify(reply(250, "ok", stage="body")).kind is OutcomeKind.DELIVERED
    assert classify(reply(250, "ok", stage="rcpt")).kind is OutcomeKind.DEFERRED
    assert classify(reply(354, "go", stage="body")).kind is OutcomeKind.DEFERRED


@pytest.mark.parametrize("failure", [f for f in Failure if f])
def test_without_a_reply_only_what_dns_says_for_good_is_final(failure: Failure) -> None:
    outcome = classify(SmtpResult(failure=failure))
    final = failure in {Failure.NO_DOMAIN, Failure.NULL_MX}
    assert outcome.kind is (OutcomeKind.BOUNCED if final else OutcomeKind.DEFERRED)
    assert outcome.hard is final
    assert outcome.reason


STAGES = ("connect", "greeting", "ehlo", "starttls", "auth", "reset", "mail", "rcpt", "data", "body")


@given(
    st.integers(-1, 1200),
    st.sampled_from(["", "x.1.1", "x.2.2", "x.7.1", "x.99.99", "5.1.1"]),
    st.text(max_size=80),
    st.sampled_from(STAGES),
    st.booleans(),
)
def test_only_an_answer_to_the_recipient_or_the_mail_is_final(
    code: int, enhanced: str, text: str, stage: str, is_relay: bool
) -> None:
    outcome = classify(
        SmtpResult(
            code=code, enhanced=enhanced.replace("x", str(code // 100)), text=text, stage=stage, is_relay=is_relay
        )
    )
    if stage == "body" and 200 <= code < 300:
        assert (outcome.kind is OutcomeKind.DELIVERED) is (code not in {211, 214, 220, 221, 235})
    elif 500 <= code < 600 and stage in {"rcpt", "data", "body"} and not is_relay:
        assert outcome.kind is OutcomeKind.BOUNCED
    elif not is_relay:
        assert outcome.kind is OutcomeKind.DEFERRED
    assert not (outcome.hard and (is_relay or outcome.kind is not OutcomeKind.BOUNCED))
    if not 400 <= code < 600 and outcome.kind is not OutcomeKind.DELIVERED:
        assert outcome.bounce_class is BounceClass.PROTOCOL_ERRORS
    assert outcome.reason or text == ""


@pytest.mark.parametrize("enhanced", ["5.1.2", "5.4.4"])
def test_a_failed_look_up_of_the_domain_by_others_kills_nobody(enhanced: str) -> None:
    assert not classify(reply(550, "Host unknown", enhanced=enhanced)).hard
    assert not classify_report(enhanced, "smtp; Host or domain name not found").hard


@pytest.mark.parametrize(
    "text",
    [
        "Sender address rejected: User unknown",
        "sender <b@s.test> does not exist: no such user",
        "Sender verify failed. Response: 550 user unknown",
        "Could not complete sender verify callout: no such user",
        "MAIL FROM domain: mailbox not found",
        "bad sender, address unknown",
    ],
)
def test_who_does_not_know_the_sender_says_nothing_of_the_recipient(text: str) -> None:
    for enhanced in ("", "5.1.1"):
        outcome = classify(reply(550, text, enhanced=enhanced))
        assert (outcome.hard, outcome.bounce_class) == (False, BounceClass.INVALID_SENDER)


def test_a_policy_refusal_with_the_code_of_a_dead_address_is_soft() -> None:
    outcome = classify(reply(550, "rejected, listed at zen.spamhaus.org", enhanced="5.1.1"))
    assert (outcome.hard, outcome.bounce_class) == (False, BounceClass.SPAM_BLOCK)


def test_a_host_that_will_not_relay_does_not_speak_for_the_domain() -> None:
    outcome = classify(reply(554, "Relay access denied", enhanced="5.7.1"))
    assert (outcome.kind, outcome.bounce_class) == (OutcomeKind.DEFERRED, BounceClass.RELAY_DENIED)


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "kind"),
    [
        (554, "5.7.1", "Relay access denied", OutcomeKind.DEFERRED),
        (530, "5.7.0", "Authentication required", OutcomeKind.DEFERRED),
        (550, "", "daily sending quota exceeded", OutcomeKind.DEFERRED),
        (554, "", "your account is suspended", OutcomeKind.DEFERRED),
        (550, "5.1.1", "no such user", OutcomeKind.BOUNCED),
        (552, "5.3.4", "too big", OutcomeKind.BOUNCED),
        (556, "5.1.10", "null MX", OutcomeKind.BOUNCED),
    ],
)
def test_a_relay_speaks_of_the_mail_alone_and_blocks_nobody(
    code: int, enhanced: str, text: str, kind: OutcomeKind
) -> None:
    outcome = classify(SmtpResult(code=code, enhanced=enhanced, text=text, stage="rcpt", is_relay=True))
    assert (outcome.kind, outcome.hard) == (kind, False)


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "hard", "name"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <a@b.test> unknown", OutcomeKind.BOUNCED, True, BounceClass.INVALID_RECIPIENT),
        ("5.0.0", "smtp; 550 5.1.1 no such user", OutcomeKind.BOUNCED, True, BounceClass.INVALID_RECIPIENT),
        ("5.2.2", "smtp; 552 user unknown", OutcomeKind.BOUNCED, False, BounceClass.QUOTA_ISSUES),
        ("", "smtp; 550 user unknown", OutcomeKind.BOUNCED, True, BounceClass.INVALID_RECIPIENT),
        ("4.4.1", "connection timed out", OutcomeKind.DEFERRED, False, BounceClass.NO_ANSWER_FROM_HOST),
        ("", "smtp; 451 later", OutcomeKind.DEFERRED, False, BounceClass.TRANSIENT_FAILURE),
        ("2.0.0", "sent", OutcomeKind.DELIVERED, False, BounceClass.NONE),
        ("5.7", "policy", OutcomeKind.BOUNCED, False, BounceClass.POLICY_RELATED),
        ("", "", OutcomeKind.BOUNCED, False, BounceClass.OTHER),
        ("5.4.7", "expired, see 192.5.1.1", OutcomeKind.BOUNCED, False, BounceClass.MESSAGE_EXPIRED),
    ],
)
def test_reports_are_read_by_code_first(
    status: str, diagnostic: str, kind: OutcomeKind, hard: bool, name: BounceClass
) -> None:
    outcome = classify_report(status, diagnostic)
    assert (outcome.kind, outcome.hard, outcome.bounce_class) == (kind, hard, name)


@given(st.text(max_size=60), st.text(max_size=300))
def test_no_report_breaks_the_reader(status: str, diagnostic: str) -> None:
    assert classify_report(status, diagnostic).kind
