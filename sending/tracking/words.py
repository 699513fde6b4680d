"""The words of the unsubscribe page, by the language a mail's unsubscribe code names."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.mail.addresses import split
from sending.unsubscribe_languages import direction_of, tag_of


@dataclass(frozen=True)
class UnsubscribeTexts:
    """One language's page; `question` and `done` hold {address} and {sender}."""

    language: str
    question: str
    button: str
    done: str

    @property
    def direction(self) -> str:
        """Return "ltr" or "rtl"."""
        return direction_of(self.language)


_ALL = (
    UnsubscribeTexts(
        "en",
        "Stop mails from {sender} to {address}?",
        "Unsubscribe",
        "Done. {sender} will not write to {address} any more.",
    ),
    UnsubscribeTexts(
        "zh-Hans", "不再让 {sender} 向 {address} 发送邮件？", "退订", "已退订。{sender} 不会再向 {address} 发送邮件。"
    ),
    UnsubscribeTexts(
        "zh-Hant",
        "不再讓 {sender} 向 {address} 寄送郵件？",
        "取消訂閱",
        "已取消訂閱。{sender} 不會再向 {address} 寄送郵件。",
    ),
    UnsubscribeTexts(
        "es",
        "¿Dejar de recibir correos de {sender} en {address}?",
        "Darse de baja",
        "Hecho. {sender} no volverá a escribir a {address}.",
    ),
    UnsubscribeTexts(
        "fr",
        "Ne plus recevoir les e-mails de {sender} à {address} ?",
        "Se désabonner",
        "C’est fait. {sender} n’écrira plus à {address}.",
    ),
    UnsubscribeTexts(
        "de",
        "Keine E-Mails von {sender} an {address} mehr?",
        "Abbestellen",
        "Erledigt. {sender} schreibt nicht mehr an {address}.",
    ),
    UnsubscribeTexts(
        "ja",
        "{sender} から {address} へのメールを停止しますか？",
        "配信停止",
        "停止しました。{sender} から {address} へのメールは今後届きません。",
    ),
    UnsubscribeTexts(
        "ko",
        "{sender}에서 {address}(으)로 보내는 메일을 그만 받으시겠습니까?",
        "수신 거부",
        "완료되었습니다. {sender}에서 {address}(으)로 더 이상 메일을 보내지 않습니다.",
    ),
    UnsubscribeTexts(
        "ar",
        "هل تريد إيقاف رسائل {sender} إلى {address}؟",
        "إلغاء الاشتراك",
        "تم. لن يراسل {sender} العنوان {address} بعد الآن.",
    ),
    UnsubscribeTexts(
        "th",
        "หยุดรับอีเมลจาก {sender} ถึง {address} หรือไม่",
        "ยกเลิกการรับข่าวสาร",
        "เรียบร้อยแล้ว {sender} จะไม่ส่งอีเมลถึง {address} อีก",
    ),
    UnsubscribeTexts(
        "id",
        "Berhenti menerima email dari {sender} ke {address}?",
        "Berhenti berlangganan",
        "Selesai. {sender} tidak akan lagi mengirim email ke {address}.",
    ),
    UnsubscribeTexts(
        "vi",
        "Ngừng nhận email từ {sender} gửi đến {address}?",
        "Hủy đăng ký",
        "Đã xong. {sender} sẽ không gửi email đến {address} nữa.",
    ),
)
BY_LANGUAGE: dict[str, UnsubscribeTexts] = {words.language: words for words in _ALL}


def of_code(code: str, site: str) -> UnsubscribeTexts:
    """Return the words for an unsubscribe code of a site; English where the code names no language."""
    return BY_LANGUAGE[tag_of(code, site)]


def masked(address: str) -> str:
    """Return an address its owner knows again and a stranger cannot use: "a•••e@example.com"."""
    local, domain = split(address)
    shown = f"{local[0]}•••{local[-1]}" if len(local) > 3 else f"{local[:1]}•••"
    return f"{shown}@{domain}"
