"""What programs write, in the languages and charsets that they write in."""

from __future__ import annotations

import pytest

from sending.inbound import parsing
from sending.inbound.report import ReportKind
from tests.sending.inbound import mails

ORDER = "Delivery status of your order A-1"


def kind(raw: bytes) -> ReportKind:
    return parsing.parse(raw, mails.CAPS, ORDER).kind


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
@pytest.mark.parametrize("type", ["text/plain", "text/html"])
@pytest.mark.parametrize(
    ("sender", "subject", "body"),
    [
        ("PostMaster@qq.com", "来自 qq.com 的退信", "抱歉，您的邮件被退回来了。\r\n无法发送到 ann@qq.com"),
        ("Postmaster@163.com", "系统退信", "抱歉，您的邮件被退回来了，收件人邮件地址不存在"),
        ("Postmaster <Postmaster@126.com>", "系统退信/Systems bounce", "您的邮件未能投递"),
        ("MAILER-DAEMON@sina.com", "退信通知", "很抱歉，您发送的邮件无法送达"),
        ("系统管理员 <system@aliyun.com>", "邮件发送失败通知", "邮件发送失败，对方服务器返回：550 Mailbox not found"),
        ("postmaster@sohu.com", "您的邮件被退回", "投递失败"),
        ("postmaster@hinet.net", "郵件無法投遞", "您的信件無法傳送"),
        ("postmaster@example.jp", "エラーメール", "メールを配信できませんでした"),
        ("postmaster@example.kr", "반송: 주문", "메일이 전송되지 않았습니다"),
    ],
)
def test_the_prose_of_the_home_markets_providers_is_understood(
    sender: str, subject: str, body: str, charset: str, type: str
) -> None:
    name, at, address = sender.rpartition("<")
    sender = f"{mails.encoded(name.strip(), charset).decode()} {at}{address}"
    if type == "text/html":
        body = f"<html><style>p{{}}</style><p>{body.replace(chr(10), '<br>')}</p></html>"
    assert kind(mails.written(subject, sender=sender, body=body, charset=charset, type=type)) is ReportKind.BOUNCE


@pytest.mark.parametrize(
    "body",
    [
        "Die Nachricht konnte nicht zugestellt werden.",
        "Votre message n'a pas pu être remis.",
        "No se pudo entregar el mensaje.",
        "A mensagem não pôde ser entregue.",
        "Impossibile recapitare il messaggio.",
        "Uw bericht kon niet worden bezorgd, of is niet bezorgd.",
        "Сообщение не было доставлено.",
        "Nie można dostarczyć wiadomości.",
        "Zprávu nelze doručit.",
        "İletiniz teslim edilemedi.",
        "Meddelandet kunde inte levereras.",
        "Your message could\r\nnot be delivered.",
    ],
)
def test_other_languages_are_understood_too(body: str) -> None:
    assert kind(mails.written("Ihre Nachricht", sender="postmaster@x.test", body=body)) is ReportKind.BOUNCE
