"""The unsubscribe line at the end of a mail, in the languages of the API's codes."""

from __future__ import annotations

from html import escape

# Code -> (language tag, words before the link, the link's words); numbered as the mainland site does.
LINES: dict[str, tuple[str, str, str]] = {
    "1": ("zh-Hans", "如果您不想再收到此类邮件，请", "点击此处退订"),
    "2": ("en", "If you no longer wish to receive these emails, please", "unsubscribe here"),
    "3": ("zh-Hant", "如果您不想再收到此類郵件，請", "按此取消訂閱"),
    "4": ("es", "Si ya no desea recibir estos correos,", "cancele su suscripción aquí"),
    "5": ("fr", "Si vous ne souhaitez plus recevoir ces e-mails,", "désabonnez-vous ici"),
    "6": ("de", "Wenn Sie diese E-Mails nicht mehr erhalten möchten,", "melden Sie sich hier ab"),
    "7": ("ja", "今後このようなメールの受信を希望されない場合は、", "こちらから配信を停止してください"),
    "8": ("ko", "더 이상 이러한 이메일을 받지 않으시려면", "여기에서 수신을 거부하세요"),
    "9": ("ar", "إذا لم تعد ترغب في تلقي هذه الرسائل،", "ألغِ الاشتراك من هنا"),
    "10": ("th", "หากคุณไม่ต้องการรับอีเมลเหล่านี้อีกต่อไป", "ยกเลิกการรับข่าวสารที่นี่"),
    "11": ("id", "Jika Anda tidak ingin lagi menerima email ini,", "berhenti berlangganan di sini"),
    "12": ("vi", "Nếu bạn không muốn nhận những email này nữa,", "hãy hủy đăng ký tại đây"),
}
# The international site has English and Simplified Chinese the other way round.
SWAPPED = {"1": "2", "2": "1"}


def footer(code: str, url: str, *, site: str) -> tuple[str, str]:
    """Return the line as HTML and as text for a language code on "mainland" or "international"; "0" gives none."""
    if code == "0":
        return "", ""
    number = SWAPPED.get(code, code) if site == "international" else code
    # A code this table does not know still gets its way out, in English.
    language, before, words = LINES.get(number, LINES["2"])
    direction = ' dir="rtl"' if language == "ar" else ""
    line = (
        f'<p lang="{language}"{direction} style="font-size:12px;color:#666;text-align:center">'
        f'{before} <a href="{escape(url)}">{words}</a></p>'
    )
    return line, f"{before} {words}: {url}"
