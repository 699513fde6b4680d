"""The words of the unsubscribe page, by the language a mail's unsubscribe code names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One language's page; `question` holds {address} and {sender}."""

    language: str
    question: str
    button: str
    done: str
    direction: str = "ltr"


ENGLISH = Words(
    "en",
    "Stop mails from {sender} to {address}?",
    "Unsubscribe",
    "Done. {sender} will not write to {address} any more.",
)
SIMPLIFIED = Words(
    "zh-Hans",
    "不再让 {sender} 向 {address} 发送邮件？",
    "退订",
    "已退订。{sender} 不会再向 {address} 发送邮件。",
)

# Both sites number these languages alike; 1 and 2 they number the other way round.
BY_CODE: dict[str, Words] = {
    "3": Words("zh-Hant", "不再讓 {sender} 向 {address} 寄送郵件？", "取消訂閱",
               "已取消訂閱。{sender} 不會再向 {address} 寄送郵件。"),
    "4": Words("es", "¿Dejar de recibir correos de {sender} en {address}?", "Darse de baja",
               "Hecho. {sender} no volverá a escribir a {address}."),
    "5": Words("fr", "Ne plus recevoir les e-mails de {sender} à {address} ?", "Se désabonner",
               "C’est fait. {sender} n’écrira plus à {address}."),
    "6": Words("de", "Keine E-Mails von {sender} an {address} mehr?", "Abbestellen",
               "Erledigt. {sender} schreibt nicht mehr an {address}."),
    "7": Words("ja", "{sender} から {address} へのメールを停止しますか？", "配信停止",
               "停止しました。{sender} から {address} へのメールは今後届きません。"),
    "8": Words("ko", "{sender}에서 {address}(으)로 보내는 메일을 그만 받으시겠습니까?", "수신 거부",
               "완료되었습니다. {sender}에서 {address}(으)로 더 이상 메일을 보내지 않습니다."),
    "9": Words("ar", "هل تريد إيقاف رسائل {sender} إلى {address}؟", "إلغاء الاشتراك",
               "تم. لن يراسل {sender} العنوان {address} بعد الآن.", "rtl"),
    "10": Words("th", "หยุดรับอีเมลจาก {sender} ถึง {address} หรือไม่", "ยกเลิกการรับข่าวสาร",
                "เรียบร้อยแล้ว {sender} จะไม่ส่งอีเมลถึง {address} อีก"),
    "11": Words("id", "Berhenti menerima email dari {sender} ke {address}?", "Berhenti berlangganan",
                "Selesai. {sender} tidak akan lagi mengirim email ke {address}."),
    "12": Words("vi", "Ngừng nhận email từ {sender} gửi đến {address}?", "Hủy đăng ký",
                "Đã xong. {sender} sẽ không gửi email đến {address} nữa."),
}
SITES: dict[str, dict[str, Words]] = {
    "mainland": {"1": SIMPLIFIED, "2": ENGLISH, **BY_CODE},
    "international": {"1": ENGLISH, "2": SIMPLIFIED, **BY_CODE},
}


def of_code(code: str, site: str) -> Words:
    """Return the words for an unsubscribe code of a site; English where the code names no language."""
    return SITES[site].get(code, ENGLISH)


def masked(address: str) -> str:
    """Return an address its owner knows again and a stranger cannot use: "a•••e@example.com"."""
    local, _, domain = address.rpartition("@")
    shown = f"{local[0]}•••{local[-1]}" if len(local) > 3 else f"{local[:1]}•••"
    return f"{shown}@{domain}"
