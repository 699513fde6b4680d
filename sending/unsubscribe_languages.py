"""The twelve languages of the unsubscribe line and page, by the API's unsubscribe codes: one table (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop


@dataclass(frozen=True, kw_only=True)
class UnsubscribeLanguage:
    """One language: its name for the console, the line at the end of a mail, and the page that line leads to."""

    tag: str
    # English; translated where it is shown.
    name: str
    # "rtl" where it is written from right to left.
    direction: str = "ltr"
    # The line: what stands before its link, and the link's text.
    before_link: str
    link: str
    # The page: `question` and `done` hold {address} and {sender}.
    question: str
    button: str
    done: str


LANGUAGES = (
    UnsubscribeLanguage(
        tag="zh-Hans",
        name=gettext_noop("Simplified Chinese"),
        before_link="如果您不想再收到此类邮件，请",
        link="点击此处退订",
        question="不再让 {sender} 向 {address} 发送邮件？",
        button="退订",
        done="已退订。{sender} 不会再向 {address} 发送邮件。",
    ),
    UnsubscribeLanguage(
        tag="en",
        name=gettext_noop("English"),
        before_link="If you no longer wish to receive these emails, please",
        link="unsubscribe here",
        question="Stop emails from {sender} to {address}?",
        button="Unsubscribe",
        done="Done. {sender} will no longer send emails to {address}.",
    ),
    UnsubscribeLanguage(
        tag="zh-Hant",
        name=gettext_noop("Traditional Chinese"),
        before_link="如果您不想再收到此類郵件，請",
        link="按此取消訂閱",
        question="不再讓 {sender} 向 {address} 寄送郵件？",
        button="取消訂閱",
        done="已取消訂閱。{sender} 不會再向 {address} 寄送郵件。",
    ),
    UnsubscribeLanguage(
        tag="es",
        name=gettext_noop("Spanish"),
        before_link="Si ya no desea recibir estos correos,",
        link="cancele su suscripción aquí",
        question="¿Dejar de recibir correos de {sender} en {address}?",
        button="Darse de baja",
        done="Hecho. {sender} no volverá a escribir a {address}.",
    ),
    UnsubscribeLanguage(
        tag="fr",
        name=gettext_noop("French"),
        before_link="Si vous ne souhaitez plus recevoir ces e-mails,",
        link="désabonnez-vous ici",
        question="Ne plus recevoir les e-mails de {sender} à {address} ?",
        button="Se désabonner",
        done="C’est fait. {sender} n’écrira plus à {address}.",
    ),
    UnsubscribeLanguage(
        tag="de",
        name=gettext_noop("German"),
        before_link="Wenn Sie diese E-Mails nicht mehr erhalten möchten,",
        link="melden Sie sich hier ab",
        question="Keine E-Mails von {sender} an {address} mehr?",
        button="Abbestellen",
        done="Erledigt. {sender} schreibt nicht mehr an {address}.",
    ),
    UnsubscribeLanguage(
        tag="ja",
        name=gettext_noop("Japanese"),
        before_link="今後このようなメールの受信を希望されない場合は、",
        link="こちらから配信を停止してください",
        question="{sender} から {address} へのメールを停止しますか？",
        button="配信停止",
        done="停止しました。{sender} から {address} へのメールは今後届きません。",
    ),
    UnsubscribeLanguage(
        tag="ko",
        name=gettext_noop("Korean"),
        before_link="더 이상 이러한 이메일을 받지 않으시려면",
        link="여기에서 수신을 거부하세요",
        question="{sender}에서 {address}(으)로 보내는 메일을 그만 받으시겠습니까?",
        button="수신 거부",
        done="완료되었습니다. {sender}에서 {address}(으)로 더 이상 메일을 보내지 않습니다.",
    ),
    UnsubscribeLanguage(
        tag="ar",
        name=gettext_noop("Arabic"),
        direction="rtl",
        before_link="إذا لم تعد ترغب في تلقي هذه الرسائل،",
        link="ألغِ الاشتراك من هنا",
        question="هل تريد إيقاف رسائل {sender} إلى {address}؟",
        button="إلغاء الاشتراك",
        done="تم. لن يراسل {sender} العنوان {address} بعد الآن.",
    ),
    UnsubscribeLanguage(
        tag="th",
        name=gettext_noop("Thai"),
        before_link="หากคุณไม่ต้องการรับอีเมลเหล่านี้อีกต่อไป",
        link="ยกเลิกการรับข่าวสารที่นี่",
        question="หยุดรับอีเมลจาก {sender} ถึง {address} หรือไม่",
        button="ยกเลิกการรับข่าวสาร",
        done="เรียบร้อยแล้ว {sender} จะไม่ส่งอีเมลถึง {address} อีก",
    ),
    UnsubscribeLanguage(
        tag="id",
        name=gettext_noop("Indonesian"),
        before_link="Jika Anda tidak ingin lagi menerima email ini,",
        link="berhenti berlangganan di sini",
        question="Berhenti menerima email dari {sender} ke {address}?",
        button="Berhenti berlangganan",
        done="Selesai. {sender} tidak akan lagi mengirim email ke {address}.",
    ),
    UnsubscribeLanguage(
        tag="vi",
        name=gettext_noop("Vietnamese"),
        before_link="Nếu bạn không muốn nhận những email này nữa,",
        link="hãy hủy đăng ký tại đây",
        question="Ngừng nhận email từ {sender} gửi đến {address}?",
        button="Hủy đăng ký",
        done="Đã xong. {sender} sẽ không gửi email đến {address} nữa.",
    ),
)
BY_TAG = {language.tag: language for language in LANGUAGES}
# Code -> language tag, in the order of the table. "0" is no link at all.
_BY_CODE = {str(number): language.tag for number, language in enumerate(LANGUAGES, 1)}
# The international site has English and Simplified Chinese the other way round.
SITES = {"mainland": _BY_CODE, "international": {**_BY_CODE, "1": "en", "2": "zh-Hans"}}
CODES = frozenset({"0", *_BY_CODE})


def by_code(site: str) -> dict[str, str]:
    """Return the language tag of each code on "mainland" or "international"."""
    return SITES.get(site, _BY_CODE)


def language_of(code: str, site: str) -> UnsubscribeLanguage:
    """Return the language of a code; English where the code names none."""
    return BY_TAG[by_code(site).get(code, "en")]
