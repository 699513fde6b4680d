"""A reply is hard only when nothing in it speaks against that: real texts, and what hosts put into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.smtp.bounce_class import BounceClass
from sending.smtp.codes import leading_code
from sending.smtp.replies import Outcome, OutcomeKind, classify, classify_report
from sending.smtp.result import SmtpResult

DEAD_TEXTS = [
    "550 5.1.1 <ada@a.test>: Recipient address rejected: User unknown in local recipient table",
    "550 5.1.1 <ada@a.test>: Recipient address rejected: User unknown in relay recipient table",
    "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's "
    "email address for typos or unnecessary spaces. 5.1.1 For more information, go to https://support.google.com/mail/",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@a.test not found by SMTP address lookup",
    "550 5.1.1 <spam.quota@full.domain.test>: user does not exist",
    "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000728",
    "550 User not found: ada@a.test",
    "550 No Such User Here",
    "553 5.1.1 <ada@a.test>... User unknown",
    "550 #5.1.1 bad address ada@a.test",
    "550 sorry, no mailbox here by that name (#5.1.1)",
    "551 5.1.6 <ada@a.test> has moved",
]
# Each with the code of a dead address in its place, or with its words.
SOFT_TEXTS = [
    ("550 5.1.1 <ada@a.test> mailbox full", BounceClass.QUOTA_ISSUES),
    ("550 5.1.1 The recipient's mailbox is over its storage quota", BounceClass.QUOTA_ISSUES),
    ("550 5.1.1 Das Postfach ist voll", BounceClass.QUOTA_ISSUES),
    ("550 5.1.1 La boîte du destinataire est pleine", BounceClass.QUOTA_ISSUES),
    ("550 5.1.1 收件人邮箱已满", BounceClass.QUOTA_ISSUES),
    ("550 5.1.1 account suspended", BounceClass.INACTIVE_MAILBOX),
    ("550 5.1.1 User unknown. Greylisted, please come back", BounceClass.RATE_LIMITED),
    ("550 5.1.1 grey-listing in action", BounceClass.RATE_LIMITED),
    ("550 5.1.1 user unknown, try again later", BounceClass.INVALID_RECIPIENT),
    ("550 5.1.1 recipient temporarily unavailable", BounceClass.INVALID_RECIPIENT),
    ("550 5.1.1 unable to verify the recipient: connection timed out", BounceClass.INVALID_RECIPIENT),
    ("550 5.1.1 rejected by local policy", BounceClass.INVALID_RECIPIENT),
    ("550 5.1.1 authentication required", BounceClass.AUTHENTICATION_FAILED),
    ("550 User unknown or listed in spamhaus", BounceClass.SPAM_BLOCK),
    ("550 No such user; this looks like spam", BounceClass.SPAM_CONTENT),
    ("550 no such user: greylisted", BounceClass.RATE_LIMITED),
    ("550 Your IP address does not exist in reverse DNS", BounceClass.INVALID_RECIPIENT),
    ("550 host address not found", BounceClass.INVALID_RECIPIENT),
    ("550 Unknown recipient domain", BounceClass.INVALID_RECIPIENT),
    ("550 domain of recipient does not exist", BounceClass.INVALID_RECIPIENT),
    ("550 authentication failed: unknown user", BounceClass.AUTHENTICATION_FAILED),
    ("552 5.1.1 user unknown", BounceClass.INVALID_RECIPIENT),
    ("530 5.1.1 log in first", BounceClass.INVALID_RECIPIENT),
    ("550 4.1.1 user unknown", BounceClass.INVALID_RECIPIENT),
    ("550 5.1.1 see below 5.7.1 blocked-by-us", BounceClass.INVALID_RECIPIENT),
    # What others said is theirs.
    ("554 rejected: 550 5.1.1 user unknown", BounceClass.POLICY_RELATED),
    ("550 rejected by mx.b.test: 550 5.1.1 user unknown", BounceClass.OTHER),
    ("550 5.7.1 remote host said: 550 5.1.1 user unknown", BounceClass.POLICY_RELATED),
    ("550 your last mail got 550 No such user", BounceClass.OTHER),
]


def outcome_of(line: str, stage: str = "rcpt") -> Outcome:
    code, _, text = line.partition(" ")
    return classify(SmtpResult(code=int(code), enhanced=leading_code(text), text=line, stage=stage))


@pytest.mark.parametrize("line", DEAD_TEXTS)
def test_what_hosts_say_of_a_dead_address_is_hard(line: str) -> None:
    outcome = outcome_of(line)
    assert (outcome.kind, outcome.hard) == (OutcomeKind.BOUNCED, True)
    assert classify_report("5.0.0", f"smtp; {line}").hard
    assert classify_report("", f"smtp;{line}").hard


@pytest.mark.parametrize(("line", "name"), SOFT_TEXTS)
def test_a_reply_that_speaks_against_itself_blocks_nobody(line: str, name: BounceClass) -> None:
    for stage in ("rcpt", "data", "body"):
        outcome = outcome_of(line, stage)
        assert (outcome.kind, outcome.hard, outcome.bounce_class) == (OutcomeKind.BOUNCED, False, name)
    assert not classify_report("5.0.0", f"smtp; {line}").hard
    assert not classify_report("", line).hard


@pytest.mark.parametrize(
    "diagnostic",
    [
        "smtp; 550 5.7.1 blocked",
        "smtp; 450 4.2.0 greylisted",
        "smtp; 450 4.1.1 user unknown",
        "smtp; 552 5.2.2 mailbox full",
        "smtp; Sender verify failed. Response: 550 5.1.1 user unknown",
        "x-exim; retry timeout exceeded: user unknown",
    ],
)
def test_a_report_whose_status_and_reply_differ_blocks_nobody(diagnostic: str) -> None:
    assert not classify_report("5.1.1", diagnostic).hard


@pytest.mark.parametrize(
    "line",
    [
        "554 5.7.1 <ada@a.test>: Relay access denied",
        "550 5.7.1 Unable to relay for ada@a.test",
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "550 5.7.64 TenantAttribution; Relay Access Denied",
        "550 5.7.1 relaying prohibited",
        "550 relay not permitted",
        "550 5.7.1 Relaying denied. Proper authentication required.",
        "550 5.1.2 We do not relay for that domain",
        "550 5.1.1 relaying is not allowed here",
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
        "550 not local host a.test, not a gateway",
        "554 5.7.1 relaying denied, your address is listed at zen.spamhaus.org",
    ],
)
def test_who_does_not_relay_does_not_speak_for_the_domain(line: str) -> None:
    outcome = outcome_of(line)
    assert (outcome.kind, outcome.bounce_class) == (OutcomeKind.DEFERRED, BounceClass.RELAY_DENIED)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5.1.1 no", "5.1.1"),
        ("#5.1.1 no", "5.1.1"),
        ("[5.1.1] no", "5.1.1"),
        ("no (#5.1.1)", "5.1.1"),
        ("said 5.1.1 no", ""),
        ("550 5.1.1 no", ""),
        ("no (#5.1.1) they said", ""),
        ("5.1.1.1 no", ""),
        ("", ""),
    ],
)
def test_only_a_code_in_its_place_is_the_replys_own(text: str, code: str) -> None:
    assert leading_code(text) == code


@given(
    st.sampled_from(DEAD_TEXTS), st.sampled_from([" greylisted", " over quota", " (blocked)", " 5.7.1 no", " later"])
)
def test_no_dead_reply_stays_hard_beside_a_word_against_it(line: str, word: str) -> None:
    assert not outcome_of(line + word).hard


@given(st.sampled_from(DEAD_TEXTS), st.sampled_from([450, 451, 452, 421]), st.sampled_from(["rcpt", "data", "body"]))
def test_the_first_digit_decides_whether_a_mail_is_tried_again(line: str, code: int, stage: str) -> None:
    assert outcome_of(f"{code}{line[3:]}", stage).kind is OutcomeKind.DEFERRED
    assert (
        classify(SmtpResult(code=250, enhanced="5.0.0", text=f"250{line[3:]}", stage="body")).kind
        is OutcomeKind.DELIVERED
    )
