"""From a claimed message to signed bytes, with stand-ins for blocklist and templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import override_settings

from accounts.mail.addresses import key_of
from blocklist.queries import BlockInForce, BlockQuery
from domains.dkim import generate
from sending.delivery.pipeline import HELD_SECONDS, Hold, Ports, render, still_wanted
from sending.delivery.queued import QueuedMessage, RenderedMail, Sender, SubmissionData
from sending.smtp.replies import Outcome, OutcomeKind
from sending.tracking import links, verp
from templates_app.rendering import Compiled, compile

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
PEM, _ = generate(1024)
TEMPLATE = compile('<body><p>Hello {{name}}</p><a href="https://shop.test/">Shop</a></body>', "")
SUBMISSION = SubmissionData(
    id=1,
    accepted_at=NOW,
    account_id=1,
    message_id="qcloudses-30-1250000001-date-20261122130000-abcdefghijkl1",
    channel="api",
    submitted_by="ada",
    sender_domain="shop.test",
    from_address="news@shop.test",
    from_name="Shop",
    subject="For {{name}}",
    to=["ada@a.test"],
    template=1,
    version=1,
    variables={"name": "<Ada>"},
    header_message_id="<1@shop.test>",
    headers={},
    trigger_type=1,
    has_attachments=False,
    may_send=True,
    sender=Sender("shop.test", "ses", PEM, True),
)


def queued(message: int = 7, **submission: Any) -> QueuedMessage:
    return QueuedMessage(
        message=message,
        fence=1,
        attempts_before=0,
        recipient="ada@a.test",
        recipient_domain="a.test",
        submission=replace(SUBMISSION, **submission),
        template=TEMPLATE,
    )


def nobody(wanted: Sequence[BlockQuery]) -> Mapping[BlockQuery, BlockInForce]:
    return {}


def ports(**changes: Any) -> Ports:
    return replace(Ports(blocked=nobody, compiled=lambda version: TEMPLATE), **changes)


def verdict(message: QueuedMessage, **changes: Any) -> Outcome | Hold | None:
    wanted, unwanted = still_wanted([message], now=NOW, ports=ports(**changes))
    assert len(wanted) + len(unwanted) == 1
    return unwanted[0][1] if unwanted else None


def sent(message: QueuedMessage) -> Any:
    mail = render(message)
    assert isinstance(mail, RenderedMail)
    return message_from_bytes(mail.data.removesuffix(b".\r\n"), policy=policy.default)


def test_a_wanted_message_goes_on_with_its_template() -> None:
    message = queued()
    message.template = None
    assert verdict(message) is None
    assert message.template is TEMPLATE


def test_old_mail_expires_as_a_soft_bounce() -> None:
    result = verdict(queued(accepted_at=NOW - timedelta(hours=72)))
    assert isinstance(result, Outcome)
    assert (result.kind, result.hard, result.bounce_class) == (OutcomeKind.BOUNCED, False, "MessageExpired")


@pytest.mark.parametrize("submission", [{"may_send": False}, {"sender": Sender("shop.test", "ses", PEM, False)}])
def test_mail_of_who_may_not_send_now_is_held(submission: dict[str, Any]) -> None:
    assert verdict(queued(**submission)) == Hold(HELD_SECONDS)


def test_mail_of_a_deleted_domain_is_dropped() -> None:
    result = verdict(queued(sender=None))
    assert isinstance(result, Outcome)
    assert result.kind is OutcomeKind.DROPPED


def test_the_blocklist_is_asked_once_for_the_batch() -> None:
    asked: list[Sequence[BlockQuery]] = []

    def blocked(wanted: Sequence[BlockQuery]) -> Mapping[BlockQuery, BlockInForce]:
        asked.append(wanted)
        return {wanted[0]: BlockInForce("reject", "unsubscribed", "")}

    messages = [queued(1), queued(2), queued(3)]
    messages[2].recipient = "bob@a.test"
    wanted, unwanted = still_wanted(messages, now=NOW, ports=ports(blocked=blocked))
    assert asked == [
        [BlockQuery(1, "shop.test", key_of("ada@a.test")), BlockQuery(1, "shop.test", key_of("bob@a.test"))]
    ]
    assert [message.message for message in wanted] == [3]
    assert {message.message for message, _ in unwanted} == {1, 2}


def test_a_block_is_found_in_whatever_letter_case_the_client_wrote_the_recipient() -> None:
    message = queued()
    message.recipient = "Ada@a.test"
    block = BlockQuery(1, "shop.test", key_of("ada@a.test")), BlockInForce("custom", "entered", "")
    result = verdict(message, blocked=lambda wanted: dict([block]))
    assert isinstance(result, Outcome)
    assert result.kind is OutcomeKind.DROPPED


def test_a_version_that_cannot_be_used_drops_the_mail() -> None:
    def gone(version: int) -> Compiled:
        raise LookupError("version 1 has no skeleton")

    result = verdict(queued(), compiled=gone)
    assert isinstance(result, Outcome)
    assert "no skeleton" in result.reason


def test_values_are_escaped_in_html_and_plain_elsewhere() -> None:
    mail = sent(queued())
    assert mail["Subject"] == "For <Ada>"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "Hello <Ada>" in text
    assert "Hello &lt;Ada&gt;" in html


def test_feedback_id_ends_in_the_sender_of_the_settings() -> None:
    with override_settings(FEEDBACK_SENDER="ourplatform"):
        assert sent(queued(trigger_type=0))["Feedback-ID"] == "t0:v1:a1:ourplatform"


def test_links_and_pixel_name_the_message() -> None:
    html = sent(queued(9)).get_body(("html",)).get_content()
    assert links.click_url(9, "https://shop.test/", links=1) in html
    assert links.pixel_url(9) in html


def test_a_link_that_its_values_make_too_long_is_sent_as_it_is_and_the_mail_goes_on() -> None:
    message = queued(9, variables={"name": "x" * 700, "a": "é" * 500, "b": "1 & 2"})
    message.template = compile(
        '<a href="https://shop.test/?a={{a}}">A</a><a href="https://shop.test/?b={{b}}">B</a>', ""
    )
    html = sent(message).get_body(("html",)).get_content()
    assert 'href="https://shop.test/?a=' + "%C3%A9" * 500 + '"' in html
    assert links.click_url(9, "https://shop.test/?b=1%20%26%202", links=2) in html


@pytest.mark.parametrize(
    ("unsubscribe", "trigger_type", "header", "footer"),
    [("0", 1, False, False), ("0", 0, True, False), ("2", 1, True, True), ("2", 0, True, True)],
)
def test_the_unsubscribe_link_is_in_the_headers_of_bulk_mail_and_visible_where_asked_for(
    unsubscribe: str, trigger_type: int, header: bool, footer: bool
) -> None:
    mail = sent(queued(unsubscribe=unsubscribe, trigger_type=trigger_type))
    url = links.unsubscribe_url(7)
    assert (mail["List-Unsubscribe"] == f"<{url}>") is header
    assert (mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") is header
    for part in mail.iter_parts():
        assert (url in part.get_content()) is footer


@pytest.mark.parametrize(("site", "code", "words"), [("mainland", "1", "退订"), ("international", "1", "unsubscribe")])
def test_the_footers_language_follows_the_site(site: str, code: str, words: str) -> None:
    with override_settings(SITE=site):
        text = sent(queued(unsubscribe=code)).get_body(("plain",)).get_content()
    assert words in text


def test_the_envelope_is_signed_and_the_bytes_are_the_same_again() -> None:
    first, second = render(queued()), render(queued())
    assert isinstance(first, RenderedMail)
    assert isinstance(second, RenderedMail)
    assert verp.read(first.sender) == 7
    assert first.sender.endswith("@shop.test")
    assert first.data == second.data


@pytest.mark.parametrize("change", [{"headers": {"X-A": "a\r\nBcc: e@e.test"}}, {"subject": "{{name}}\n"}])
def test_what_cannot_be_written_is_dropped_with_the_reason(change: dict[str, Any]) -> None:
    result = render(queued(**change))
    assert isinstance(result, Outcome)
    assert (result.kind, bool(result.reason)) == (OutcomeKind.DROPPED, True)


def test_a_recipient_that_is_no_address_is_dropped() -> None:
    message = queued()
    message.recipient = "ada@a.test>\r\nRCPT TO:<eve@e.test"
    result = render(message)
    assert isinstance(result, Outcome)
