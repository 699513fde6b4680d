"""A reply is hard only when nothing in it speaks against that: real texts, and what hosts put into them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.smtp.bounce_class import BounceClass
from sending.smtp.codes import leading_code
from sending.smtp.replies import Outcome, OutcomeKind, classify, classify_report
from sending.smtp.reply_rules import RULES
from sending.smtp.result import SmtpResult

HERE = Path(__file__).parent
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
    "550 sorry, no mailbox here by that name (#5.1.1 - chkuser)",
    "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
    "550 5.4.1 [ada@a.test]: Recipient address rejected: Access denied [AM0EUR05FT034.eop-eur05.prod.protection.b.test]",
    "550 5.7.1 No such user!",
    "550 No user found",
    "551 5.1.1 recipient is not exist",
    "550 #2175041 unavailable mail user",
    "550 5.2.1 <ada@a.test>... Addressee unknown, relay=[192.0.2.1]",
    "550 <ada@a.test>: Requested action not taken: mailbox unavailable",
    "550 Requested action not taken: mailbox unavailable For explanation visit "
    "https://postmaster.gmx.net/en/error-messages?ip=192.0.2.1&c=rcpt",
    "550 5.1.1 RCP-P1 http://postmaster.a.test/response_codes?ip=192.0.2.54#rcp Recipient address does not exist",
    "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416",
    "550 Message was not accepted -- invalid mailbox. Local mailbox ada@a.test is unavailable: user not found",
    "550 5.1.1 ada@a.test Not our Customer",
    "550 Benutzer nicht bekannt/User unknown",
    "550 User Ada Byron (Ada Byron/A) not listed in Domino Directory",
    "554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com) [0] - mta1.mail.a.test",
    "554 RCPT (ada@a.test) dosn't exist",
    "550 RC:NE The email account does not exist.",
    "550 RC:LD The email account that you tried to reach does no exists.",
    "550 Local User [ada@a.test] not found.",
    "550 Invalid User",
    "550 cuda_nsu 5.1.1 <ada@a.test> Recipient address rejected: User unknown",
    "550 No such user (ada@a.test)",
    # The home market's, in its language.
    "550 该用户不存在",
    "550 5.1.1 收件人邮件地址（ada@a.test）不存在，邮件无法送达。",
    "550 该用户未开通QQ邮箱",
    "550 查无此人",
    "550 无此用户 ada@a.test",
    "553 邮箱地址无效",
    "550 郵箱不存在",
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
    ("550 5.1.1 user unknown, try again later", BounceClass.TRANSIENT_FAILURE),
    ("550 5.1.1 recipient temporarily unavailable", BounceClass.TRANSIENT_FAILURE),
    ("550 5.1.1 unable to verify the recipient: connection timed out", BounceClass.NO_ANSWER_FROM_HOST),
    ("550 5.1.1 rejected by local policy", BounceClass.POLICY_RELATED),
    ("550 5.1.1 authentication required", BounceClass.AUTHENTICATION_FAILED),
    ("550 User unknown or listed in spamhaus", BounceClass.SPAM_BLOCK),
    ("550 No such user; this looks like spam", BounceClass.SPAM_CONTENT),
    ("550 no such user: greylisted", BounceClass.RATE_LIMITED),
    ("550 Your IP address does not exist in reverse DNS", BounceClass.POLICY_RELATED),
    ("550 host address not found", BounceClass.BAD_DOMAIN),
    ("550 Unknown recipient domain", BounceClass.BAD_DOMAIN),
    ("550 domain of recipient does not exist", BounceClass.BAD_DOMAIN),
    ("550 authentication failed: unknown user", BounceClass.AUTHENTICATION_FAILED),
    ("552 5.1.1 user unknown", BounceClass.INVALID_RECIPIENT),
    ("530 5.1.1 log in first", BounceClass.AUTHENTICATION_FAILED),
    ("550 4.1.1 user unknown", BounceClass.INVALID_RECIPIENT),
    ("550 5.1.1 see below 5.7.1 blocked-by-us", BounceClass.POLICY_RELATED),
    ("552 5.1.1 <ada@a.test> Recipient overquota", BounceClass.QUOTA_ISSUES),
    ("550 5.1.1 <ada@a.test> - 192.0.2.9 has sent to too many recipients this hour", BounceClass.RATE_LIMITED),
    (
        "550 <b-abc@s.test>: Sender address rejected: User unknown in relay recipient table",
        BounceClass.INVALID_SENDER,
    ),
    ("553 5.1.3 http://www.spamhaus.test/query/bl?ip=192.0.2.9", BounceClass.SPAM_BLOCK),
    ("553 5.1.3 http://www.a.test/query?ip=192.0.2.9", BounceClass.POLICY_RELATED),
    ("550 5.1.1 <ada@a.test> 2001:db8::1:2:3 again", BounceClass.POLICY_RELATED),
    ("550 5.1.1 your server has exceeded its hourly limit", BounceClass.RATE_LIMITED),
    ("550 5.1.3 blacklisted", BounceClass.SPAM_BLOCK),
    ("550 5.1.1 envelope sender unknown", BounceClass.INVALID_SENDER),
    ("550 5.1.1 Access denied", BounceClass.POLICY_RELATED),
    ("550 5.4.1 Access denied", BounceClass.POLICY_RELATED),
    ("554 5.7.1 <ada@a.test>: Recipient address rejected: Access denied", BounceClass.POLICY_RELATED),
    ("550 5.2.1 The email account that you tried to reach is disabled.", BounceClass.INACTIVE_MAILBOX),
    ("550 Mailbox unavailable or access denied", BounceClass.RATE_LIMITED),
    ("550 User has too many messages on the server.", BounceClass.QUOTA_ISSUES),
    ("550 : User unknown", BounceClass.POLICY_RELATED),
    ("550 发件人地址不存在", BounceClass.INVALID_SENDER),
    ("550 收件人域名不存在", BounceClass.BAD_DOMAIN),
    ("550 5.1.1 用户不存在或容量已满", BounceClass.QUOTA_ISSUES),
    ("550 该用户已被禁用", BounceClass.INACTIVE_MAILBOX),
    ("550 5.1.1 发信频率过高，收件人不存在", BounceClass.RATE_LIMITED),
    ("550 5.1.1 请稍后再试", BounceClass.TRANSIENT_FAILURE),
    ("550 5.1.1 recipient has blocked this sender", BounceClass.BLOCKED_BY_RECIPIENT),
    ("550 5.7.1 The recipient has blocked you", BounceClass.BLOCKED_BY_RECIPIENT),
    ("550 Mail is rejected by recipients", BounceClass.BLOCKED_BY_RECIPIENT),
    ("550 5.7.1 You are on this recipient's personal blacklist", BounceClass.BLOCKED_BY_RECIPIENT),
    ("550 收件人拒收了您的邮件", BounceClass.BLOCKED_BY_RECIPIENT),
    ("550 您已被收件人加入黑名单", BounceClass.BLOCKED_BY_RECIPIENT),
    # What others said is theirs.
    ("554 rejected: 550 5.1.1 user unknown", BounceClass.POLICY_RELATED),
    ("550 rejected by mx.b.test: 550 5.1.1 user unknown", BounceClass.POLICY_RELATED),
    ("550 5.7.1 remote host said: 550 5.1.1 user unknown", BounceClass.POLICY_RELATED),
    ("550 your last mail got 550 No such user", BounceClass.OTHER),
]


BLOCKED_TEXTS = [
    "550 5.7.1 <a@b.test> has blocked you",
    "550 5.7.1 User a@b.test has blocked sender s@x.test",
    "550 5.7.1 recipient has blocked",
    "550 5.7.1 <s@x.test>: Sender address rejected: blocked by recipient",
    "550 5.7.1 This user has blocked your address",
    "550 You are blocked from sending to this recipient",
    "550 5.7.1 Message rejected: recipient blocklist",
    "550 5.7.1 Recipient has you on their block list",
    "554 5.7.1 Sender blocked by recipient's mail rules",
    "550 Message rejected due to recipient's personal block list",
    "550 5.1.1 sender blocked by user preference",
    "550 The user has blocked mail from your address",
    "550 5.7.1 Recipient doesn't want mail from you",
    "550 5.7.1 your address is in the recipient's reject list",
    "553 sorry, the recipient has refused your mail",
    "550 5.7.1 The recipient has chosen to block this sender",
    "550 5.7.1 You have been blocked by the recipient.",
    "550 5.7.1 The recipient does not wish to receive messages from you",
    "550 5.7.1 Blocked by user's blacklist",
    "550 recipient rejects mail from this sender",
    "550 5.7.1 rejected by recipient's block list",
    "550 5.7.0 Your email has been blocked by the addressee",
    "550 对方已将您加入黑名单",
    "550 您的邮箱地址被对方屏蔽",
    "550 邮件被收件人拒收",
    "550 收件人设置了拒收您的邮件",
    "550 收件人已将你拉黑",
    "550 发件人在收件人的黑名单中",
    "550 您已被对方列入黑名单",
]
NOT_BLOCKED_TEXTS = [
    "550 5.1.1 recipient blocked",
    "550 5.1.1 <a@b.test> has been blocked",
    "550 5.7.1 The user has been blocked",
    "550 recipient address is blocked",
    "550 blocked by recipient's domain policy",
    "550 IP 192.0.2.1 blacklisted by recipient",
    "550 5.7.1 your host is blocked by the user's server",
    "550 5.7.1 blocked by recipient server",
    "550 user account has been blocked for abuse",
    "550 rejected by recipient domain",
    "550 5.7.1 message rejected by recipient organization",
    "550 the recipient's server has blocked your IP",
    "550 发信IP被列入黑名单",
    "550 系统拒收",
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


@pytest.mark.parametrize("line", BLOCKED_TEXTS)
def test_a_recipient_who_has_blocked_the_sender_is_said_to_have(line: str) -> None:
    outcome = outcome_of(line)
    assert (outcome.kind, outcome.hard, outcome.bounce_class) == (
        OutcomeKind.BOUNCED,
        False,
        BounceClass.BLOCKED_BY_RECIPIENT,
    )
    assert classify_report("5.7.1", f"smtp; {line}").bounce_class is BounceClass.BLOCKED_BY_RECIPIENT


@pytest.mark.parametrize("line", NOT_BLOCKED_TEXTS)
def test_a_host_or_an_organization_that_blocks_is_no_recipient(line: str) -> None:
    outcome = outcome_of(line)
    assert (outcome.hard, outcome.bounce_class is BounceClass.BLOCKED_BY_RECIPIENT) == (False, False)


@pytest.mark.parametrize("line", (HERE / "dead_replies.txt").read_text(encoding="utf-8").splitlines())
def test_another_way_to_say_that_there_is_no_such_mailbox_is_hard(line: str) -> None:
    assert outcome_of(line).hard
    assert classify_report("", f"smtp; {line}").hard


@pytest.mark.parametrize("line", (HERE / "soft_replies.txt").read_text(encoding="utf-8").splitlines())
def test_another_matter_is_soft_though_its_code_is_that_of_a_dead_mailbox(line: str) -> None:
    assert not outcome_of(line).hard
    assert not classify_report("5.1.1" if "5.1.1" in line else "", f"smtp; {line}", stage="rcpt").hard


@pytest.mark.parametrize(
    "diagnostic",
    [
        "smtp; 550 5.7.1 blocked",
        "smtp; 550 5.7.1 192.0.2.9 is in a blacklist",
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
    st.sampled_from(DEAD_TEXTS), st.sampled_from([" greylisted", " over quota", " (blocked)", " 5.7.2 no", " later"])
)
def test_no_dead_reply_stays_hard_beside_a_word_against_it(line: str, word: str) -> None:
    assert not outcome_of(line + word).hard


# A word of each kind that speaks against a dead mailbox: what comes of it is soft, wherever it stands.
AGAINST = [
    *["over quota", "mailbox full", "disk space: out of space", "user has too many messages on the server", "容量已满"],
    *["rate limited", "too many recipients", "this hour", "greylisted", "throttled", "frequency", "频率超过限制"],
    *["rejected by policy", "blocked", "banned", "permission denied", "not authorized", "violation", "whitelist only"],
    *["sender unknown", "sender address rejected", "MAIL FROM refused", "bad return-path", "发件人被拒绝"],
    *[
        "listed in a DNSBL",
        "blacklisted",
        "poor reputation",
        "looks like spam",
        "SPF failed",
        "authentication required",
    ],
    *["account disabled", "mailbox suspended", "user inactive", "recipient has blocked you", "message too large"],
    *["try again later", "temporarily down", "timed out", "cannot verify", "稍后再试"],
]
DEAD_PHRASES = [rule.example[4:] for rule in RULES if rule.is_dead]


@given(
    st.sampled_from(["", "5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.4.1", "5.7.1", "5.0.0", "5.1.2"]),
    st.sampled_from([550, 551, 552, 553, 554]),
    st.permutations(["dead", "against", "filler"]),
    st.sampled_from(DEAD_PHRASES),
    st.sampled_from(AGAINST),
    st.sampled_from([" ", ". ", "; ", ", ", ": ", " - "]),
    st.sampled_from(["rcpt", "data", "body"]),
)
def test_no_text_with_a_phrase_against_it_is_hard_whatever_says_dead(
    enhanced: str, code: int, order: list[str], dead: str, against: str, joint: str, stage: str
) -> None:
    words = {"dead": dead, "against": against, "filler": "<ada@a.test>"}
    text = f"{code} {enhanced} {joint.join(words[part] for part in order)}"
    assert not outcome_of(text, stage).hard
    for status in ("", "5.0.0", "5.1.1", "5.1.2"):
        assert not classify_report(status, f"smtp; {text}").hard


def test_what_is_said_after_the_recipient_was_taken_is_not_of_the_recipient() -> None:
    assert not outcome_of("550 Unknown user ada@a.test", "body").hard
    assert not classify_report("5.0.0", "smtp; 550 Unknown user ada@a.test", stage="data").hard
    assert outcome_of("550 5.1.1 Unknown user ada@a.test", "body").hard
    assert outcome_of("554 delivery error: dd This user doesn't have a yahoo.com account", "body").hard


def test_beside_the_code_of_a_disabled_mailbox_words_are_believed_in_answer_to_rcpt_alone() -> None:
    assert outcome_of("550 5.2.1 <ada@a.test>... User Unknown", "rcpt").hard
    assert not outcome_of("550 5.2.1 <ada@a.test>... User Unknown", "body").hard
    assert not classify_report("5.2.1", "smtp; 550 5.2.1 <ada@a.test>... User Unknown").hard
    assert classify_report("5.2.1", "smtp; 550 5.2.1 <ada@a.test>... User Unknown", stage="rcpt").hard


@pytest.mark.parametrize(
    ("status", "diagnostic", "hard"),
    [
        ("5.4.4", "Host or domain name not found. Name service error for name=a.test type=A: Host not found", True),
        ("5.4.4", "Name service error for name=a.test type=A: Host not found, try again", False),
        ("4.4.3", "Name service error for name=a.test type=A: Host not found", False),
        ("5.1.2", "smtp; 550 5.1.2 <ada@a.test>... Host unknown (Name server: .: host not found)", True),
        ("5.0.0", "No such domain.", True),
        ("5.0.0", "Sender's domain does not exist", False),
        ("5.7.1", "smtp; 550 Helo command rejected: domain does not exist", False),
    ],
)
def test_a_report_that_dns_knows_no_such_domain_is_hard(status: str, diagnostic: str, hard: bool) -> None:
    outcome = classify_report(status, diagnostic)
    assert outcome.hard is hard
    assert not outcome_of(f"550 {diagnostic.removeprefix('smtp; 550 ')}").hard


def test_a_reply_that_is_wrapped_over_two_lines_is_one() -> None:
    wrapped = "550 <r@x.test>:\n    Recipient address rejected: User unknown"
    assert classify_report("", wrapped).hard
    assert classify_report("5.0.0", f"host mx.x.test [192.0.2.1]: {wrapped}").hard
    assert outcome_of(wrapped).hard


def test_the_lines_of_one_reply_that_a_report_writes_in_a_row_are_one_reply() -> None:
    diagnostic = "smtp; 550-5.1.1 The email account that you tried to reach 550-5.1.1 does not exist. 550 5.1.1 Bye - x"
    assert classify_report("5.0.0", diagnostic).hard
    assert classify_report("5.1.1", "550 550 5.1.1 user unknown (UserSearch) (state 14)").hard


@given(st.sampled_from(DEAD_TEXTS), st.sampled_from([450, 451, 452, 421]), st.sampled_from(["rcpt", "data", "body"]))
def test_the_first_digit_decides_whether_a_mail_is_tried_again(line: str, code: int, stage: str) -> None:
    assert outcome_of(f"{code}{line[3:]}", stage).kind is OutcomeKind.DEFERRED
    assert (
        classify(SmtpResult(code=250, enhanced="5.0.0", text=f"250{line[3:]}", stage="body")).kind
        is OutcomeKind.DELIVERED
    )


@pytest.mark.parametrize("words", ["550 5.1.1 <s@s.test> User unknown", "550 No such user here", "550 5.1.1 no"])
def test_what_is_unknown_before_a_recipient_was_named_is_the_sender(words: str) -> None:
    outcome = classify_report("5.1.1", f"smtp; {words}", stage="mail")
    assert (outcome.hard, outcome.bounce_class) == (False, BounceClass.INVALID_SENDER)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.4.310", "550 5.4.310 DNS domain x.test does not exist [Message=InfoDomainNonexistent]"),
        ("5.4.4", "554 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain"),
        ("5.1.2", "DNS Error: DNS type 'mx' lookup of x.test responded with code NXDOMAIN Domain name not found"),
    ],
)
def test_an_exchange_or_gmail_that_finds_no_such_domain_in_dns_is_believed(status: str, words: str) -> None:
    outcome = classify_report(status, f"smtp; {words}")
    assert (outcome.hard, outcome.bounce_class) == (True, BounceClass.BAD_DOMAIN)
