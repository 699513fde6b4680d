"""The bytes of a mail: what the standard parser reads back is what went in, and nothing breaks out."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domains.dkim import Signer, generate
from sending.mime import header_fields, message
from sending.submission_fields import SubmissionFields
from tests.sending.mime import verifiers

PEM, PUBLIC = generate(2048)
SIGNER = Signer(PEM, "shop.test", "ses")
RECORDS = {"ses._domainkey.shop.test": f"v=DKIM1; k=rsa; p={PUBLIC}"}

SUBMISSION = SubmissionFields(
    account_id=12,
    message_id="qcloudses-30-1250000012-date-20261122120000-abcdefghijkl1",
    channel="api",
    submitted_by="ada",
    sender_domain="shop.test",
    from_address="news@shop.test",
    from_name="Shop",
    subject="Hello",
    to=["ada@a.test"],
    template=34,
    version=56,
    variables={},
    header_message_id="<1@shop.test>",
    headers={},
)
BASE: dict[str, Any] = {
    "subject": "Hello",
    "date": datetime(2026, 11, 22, 4, 0, 0, 123_000, tzinfo=UTC),
    "feedback_sender": "sesconsole",
    "text": "Hi",
    "html": "<p>Hi</p>",
    "number": 7,
}
# What a header may hold: no control characters, no surrogates.
words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120)
bodies = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=400)


def content(**values: Any) -> message.MailContent:
    """Return a mail's content; values the mail has not for itself are its submission's."""
    own = {field.name for field in fields(message.MailContent)}
    submission = replace(SUBMISSION, **{name: value for name, value in values.items() if name not in own})
    return message.MailContent(
        **{**BASE, "submission": submission, **{name: value for name, value in values.items() if name in own}}
    )


def raw(**values: Any) -> bytes:
    return message.join(*message.write(content(**values)))


def parsed(**values: Any) -> EmailMessage:
    mail = message_from_bytes(raw(**values), policy=policy.default)
    assert not mail.defects
    return mail


def assert_wire_clean(mail: bytes) -> None:
    """Only CRLF line ends, no NUL, ASCII, short lines."""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", mail)
    mail.decode("ascii")
    head, _, body = mail.partition(b"\r\n\r\n")
    # A file's name is whole, whatever the length of its line.
    assert all(len(line) <= 76 for line in body.split(b"\r\n") if not line.startswith((b"\tname=", b"\tfilename")))
    assert all(len(line) <= 998 for line in body.split(b"\r\n"))
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))


def normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=150, deadline=None)
@given(bodies, bodies, words, words)
@example("", "", "", "000" + "\xa0" * 8 + "\U00010000" * 6)
def test_what_goes_in_is_read_back(text: str, html: str, subject: str, from_name: str) -> None:
    mail_bytes = raw(text=text, html=html, subject=subject, from_name=from_name)
    assert_wire_clean(mail_bytes)
    mail = message_from_bytes(mail_bytes, policy=policy.default)
    plain, rich = mail.iter_parts()
    assert plain.get_payload(decode=True).decode() == normal(text).replace("\n", "\r\n")
    assert rich.get_payload(decode=True).decode() == normal(html).replace("\n", "\r\n")
    assert mail["Subject"] == subject.strip()
    assert mail["From"].addresses[0].addr_spec == "news@shop.test"
    # The newer parser puts a blank between the encoded words of some names; the older one reads them as RFC 2047 says.
    phrase, _ = parseaddr(str(message_from_bytes(mail_bytes)["From"]))
    seen = re.sub(r"\s+", " ", str(make_header(decode_header(phrase))))
    assert seen == re.sub(r"\s+", " ", from_name.strip())


@settings(max_examples=100, deadline=None)
@given(words)
def test_encoded_words_are_short_and_split_no_character(subject: str) -> None:
    value = header_fields.text("Subject", subject + "é")
    for word in value.split(b"\r\n "):
        assert len(word) <= 75
        assert re.fullmatch(rb"=\?utf-8\?B\?[A-Za-z0-9+/=]+\?=", word)


def test_dkim_holds_for_generated_mails_in_both_verifiers() -> None:
    mails: list[bytes] = []

    @settings(max_examples=60, deadline=None)
    @given(bodies, words, words, st.lists(st.tuples(st.just("ä b.pdf"), st.binary(max_size=300)), max_size=2))
    def sign(html: str, subject: str, from_name: str, attachments: list[tuple[str, bytes]]) -> None:
        head, body = message.write(
            content(
                html=html,
                subject=subject,
                from_name=from_name,
                attachments=attachments,
                unsubscribe_url="https://ses.test/u/" + "t" * 150,
            )
        )
        mails.append(message.join(head, body, SIGNER.sign(head, body, 1_795_000_000)))
        verifiers.verify_with_dkimpy(mails[-1], RECORDS)

    sign()
    verifiers.verify_with_opendkim(mails, RECORDS)


def test_every_header_that_must_be_there_is_there_once() -> None:
    mail = parsed(headers={"Date": "x", "message-id": "<2@x>", "X-Campaign": "autumn", "Bcc": "eve@b.test"})
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Feedback-ID", "MIME-Version", "Content-Type"):
        assert len(mail.get_all(name)) == 1, name
    assert mail["Date"] == "Sun, 22 Nov 2026 04:00:00 +0000"
    assert mail["Message-ID"] == "<1@shop.test>"
    assert mail["X-Campaign"] == "autumn"
    assert mail["Bcc"] is None


def test_the_same_mail_is_written_byte_for_byte_again() -> None:
    assert raw(attachments=[("a.txt", b"x")]) == raw(attachments=[("a.txt", b"x")])


def test_the_links_to_unsubscribe_are_ours_alone_while_the_mail_carries_one() -> None:
    # RFC 8058 3.1: one field of each name.
    url, own = "https://ses.test/u/x", {"list-unsubscribe": "<https://else.test/>", "LIST-UNSUBSCRIBE-POST": "x"}
    mail = parsed(unsubscribe_url=url, headers=own)
    assert mail.get_all("List-Unsubscribe") == [f"<{url}>"]
    assert mail.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert parsed(headers=own).get_all("List-Unsubscribe") == ["<https://else.test/>"]


def test_a_long_unsubscribe_link_stands_raw_on_one_line() -> None:
    url = "https://ses.test/u/" + "x" * 400
    assert b"\r\nList-Unsubscribe: <%s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" % url.encode() in raw(
        unsubscribe_url=url
    )
    assert b"List-Unsubscribe" not in raw()


def test_feedback_id_names_type_template_account_and_sender_and_no_single_mail() -> None:
    mail = parsed(headers={"Feedback-ID": "mine"}, trigger_type=1)
    assert mail.get_all("Feedback-ID") == ["t1:v34:a12:sesconsole"]
    assert (
        parsed(number=8, to=["bob@b.test"], header_message_id="<2@x>", trigger_type=1)["Feedback-ID"]
        == mail["Feedback-ID"]
    )


def test_feedback_id_is_signed_and_cannot_be_changed() -> None:
    head, body = message.write(content())
    mail = message.join(head, body, SIGNER.sign(head, body, 1_795_000_000))
    verifiers.verify_with_both(mail, domain="shop.test", selector="ses", public_key=PUBLIC)
    changed = mail.replace(b":a12:", b":a13:")
    assert changed != mail
    with pytest.raises(AssertionError):
        verifiers.verify_with_dkimpy(changed, RECORDS)


@pytest.mark.parametrize("bad", ["\r\n", "\n", "\r", "\0", "\x0b", "\x7f", "\x85", "\u2028", "\u2029", "\t"])
@pytest.mark.parametrize(
    "name",
    [
        "from_address",
        "from_name",
        "header_from",
        "to",
        "cc",
        "reply_to",
        "subject",
        "header_message_id",
        "unsubscribe_url",
        "headers",
        "attachments",
    ],
)
def test_nothing_breaks_out_of_a_header(bad: str, name: str) -> None:
    poison = f"x{bad}Bcc: eve@b.test"
    value: Any = {
        "to": [poison],
        "cc": [poison],
        "headers": {"X-A": poison},
        "attachments": [(poison, b"")],
        "header_message_id": f"<{poison}>",
    }.get(name, poison)
    with pytest.raises(header_fields.Unsendable):
        raw(**{name: value})


@pytest.mark.parametrize("name", ["X A", "X:A", "", "X\r\nA", "Xé"])
def test_a_header_name_is_checked(name: str) -> None:
    with pytest.raises(header_fields.Unsendable):
        raw(headers={name: "x"})


@pytest.mark.parametrize("address", ["no-at", "a b@c.test", "é@c.test", "a@", "a@b c", "a@b.test>,<e@e.test"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(header_fields.Unsendable):
        raw(to=[address])


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Doe, Jane <j@a.test>", "Doe, Jane"),
        ('"Doe, \\"J\\"" <j@a.test>', 'Doe, "J"'),
        ("王芳 <j@a.test>", "王芳"),
        ("j@a.test", ""),
        ("a.b (c) <j@a.test>", "a.b (c)"),
    ],
)
def test_display_names_come_through(value: str, name: str) -> None:
    mailbox = parsed(to=[value])["To"].addresses[0]
    assert (mailbox.display_name, mailbox.addr_spec) == (name, "j@a.test")


def test_many_recipients_fold_into_short_lines() -> None:
    to = [f"Person {n} <person{n}@example{n}.test>" for n in range(50)]
    mail = raw(to=to, cc=["王芳" * 20 + " <w@a.test>"] * 3)
    assert_wire_clean(mail)
    assert [str(a) for a in message_from_bytes(mail, policy=policy.default)["To"].addresses] == to
    assert all(len(line) < 78 for line in mail.partition(b"\r\n\r\n")[0].split(b"\r\n"))


def test_hidden_recipients_see_a_to_header_that_names_nobody() -> None:
    assert b"To: undisclosed-recipients:;" in raw(to=[])
    assert b"undisclosed" not in raw(to=[], cc=["b@b.test"])


def test_reply_to_may_name_several() -> None:
    mail = parsed(reply_to='"Doe, Jane" <j@a.test>, help@shop.test')
    assert [a.addr_spec for a in mail["Reply-To"].addresses] == ["j@a.test", "help@shop.test"]


def test_an_international_domain_is_written_in_ascii() -> None:
    assert parsed(to=["a@bücher.test"])["To"].addresses[0].domain == "xn--bcher-kva.test"


@pytest.mark.parametrize(
    "name", ["report.pdf", "bericht über.pdf", "长" * 80 + ".pdf", 'q"uote\\.txt', "x" * 200 + ".csv"]
)
def test_attachments_keep_name_and_bytes(name: str) -> None:
    content = bytes(range(256)) * 40
    mail = parsed(attachments=[(name, content), ("mail.eml", b"From: x\n\n.")])
    first, second = mail.iter_attachments()
    assert first.get_filename() == name
    assert first.get_payload(decode=True) == content
    assert second.get_content_type() == "application/octet-stream"
    assert mail.get_content_type() == "multipart/mixed"
    assert_wire_clean(raw(attachments=[(name, content)]))


def test_one_kind_of_text_makes_one_part() -> None:
    assert parsed(html=None).get_content_type() == "text/plain"
    assert parsed(text=None).get_content_type() == "text/html"


def test_a_long_subject_is_folded_at_blanks_and_a_long_word_encoded() -> None:
    subject = "word " * 190 + "end"
    assert parsed(subject=subject)["Subject"] == subject
    assert all(len(line) < 78 for line in header_fields.text("Subject", subject).split(b"\r\n"))
    assert parsed(subject="x" * 998)["Subject"] == "x" * 998
    assert max(map(len, header_fields.text("Subject", "x" * 998).split(b"\r\n"))) <= 998
