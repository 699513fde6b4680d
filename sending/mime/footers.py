"""The unsubscribe line at the end of a mail, in the languages of the API's codes."""

from __future__ import annotations

from html import escape

from sending.unsubscribe_languages import direction_of, tag_of

# Language tag -> (words before the link, the link's words).
LINES: dict[str, tuple[str, str]] = {
    "zh-Hans": ("如果您不想再收到此类邮件，请", "点击此处退订"),
    "en": ("If you no longer wish to receive these emails, please", "unsubscribe here"),
    "zh-Hant": ("如果您不想再收到此類郵件，請", "按此取消訂閱"),
    "es": ("Si ya no desea recibir estos correos,", "cancele su suscripción aquí"),
    "fr": ("Si vous ne souhaitez plus recevoir ces e-mails,", "désabonnez-vous ici"),
    "de": ("Wenn Sie diese E-Mails nicht mehr erhalten möchten,", "melden Sie sich hier ab"),
    "ja": ("今後このようなメールの受信を希望されない場合は、", "こちらから配信を停止してください"),
    "ko": ("더 이상 이러한 이메일을 받지 않으시려면", "여기에서 수신을 거부하세요"),
    "ar": ("إذا لم تعد ترغب في تلقي هذه الرسائل،", "ألغِ الاشتراك من هنا"),
    "th": ("หากคุณไม่ต้องการรับอีเมลเหล่านี้อีกต่อไป", "ยกเลิกการรับข่าวสารที่นี่"),
    "id": ("Jika Anda tidak ingin lagi menerima email ini,", "berhenti berlangganan di sini"),
    "vi": ("Nếu bạn không muốn nhận những email này nữa,", "hãy hủy đăng ký tại đây"),
}


def footer(code: str, url: str, *, site: str) -> tuple[str, str]:
    """Return the line as HTML and as text for a language code on "mainland" or "international"; "0" gives none."""
    if code == "0":
        return "", ""
    language = tag_of(code, site)
    before, words = LINES[language]
    direction = ' dir="rtl"' if direction_of(language) == "rtl" else ""
    line = (
        f'<p lang="{language}"{direction} style="font-size:12px;color:#666;text-align:center">'
        f'{before} <a href="{escape(url)}">{words}</a></p>'
    )
    return line, f"{before} {words}: {url}"
