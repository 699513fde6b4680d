"""What programs write in the languages that they write in: words for mails that carry no field or part for it (pure).

They are compared only with what a mail says itself (`own_words`), and decide nothing alone: see decision 0026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE)


def says(words: re.Pattern[str], text: str, *, besides: str = "") -> bool:
    """Say whether some of the words stand in the text, those left out that also stand in `besides`."""
    known = " ".join(besides.split()).casefold()
    return any(" ".join(found[0].split()).casefold() not in known for found in words.finditer(text))


def says_any(several: Iterable[re.Pattern[str]], text: str, *, besides: str = "") -> bool:
    """Say the same of several sets of words: whether one of them stands in the text."""
    return any(says(words, text, besides=besides) for words in several)


# A mail could not be delivered, as sentences have it.
NON_DELIVERY = _any(
    # English: Sendmail, Postfix, qmail, Exim, Exchange, Domino, Gmail and their kin.
    r"undeliver(?:able|ed)",
    r"(?:not|n't) (?:yet )?(?:be |been )?(?:successfully )?(?:delivered|transmitted)",
    r"recipients?(?:\(s\))? (?:could|can)(?: ?not|n't) be reached",
    r"(?:unable|not able|n't able|failed|failure) to (?:deliver|reach|send|transmit)",
    r"(?:not|n't) deliver\b|did(?: not|n't) reach",
    r"deliver(?:y|ing) (?:to [^\n]{0,100}|of [^\n]{0,100})?(?:has |have |was |attempts? )?(?:fail|abort)",
    r"(?:error|problem|trouble)[^\n]{0,40} deliver|(?:could|can)(?: ?not|n't) be sent",
    r"(?:had|permanent)[^\n]{0,20} errors?\b|permanent(?:ly)? fail",
    r"(?:be|been|was|were|is) (?:automatically )?(?:returned|rejected|refused|bounced)",
    r"return(?:ed|ing) (?:your |the )?(?:mail|message) to sender",
    r"user unknown|unknown (?:user|recipient)|no such user|recipient not found|invalid (?:user|recipient)",
    # Chinese, simplified and traditional: QQ, NetEase, Sina, Aliyun, Coremail, HiNet, Exchange.
    r"退信|退回|退件|无法(?:投递|送达|发送|传递|寄达)|無法(?:投遞|送達|傳送|傳遞|寄達)",
    r"(?:投递|投遞|发送|發送|送达|递送|遞送|传递|傳遞|寄送|寄件)(?:失败|失敗|不成功)",
    r"未(?:能|被)?(?:成功)?(?:送达|送達|投递|投遞|送出)",
    # Japanese.
    r"(?:配信|送信|配達|送達)(?:が|は|を|に)?(?:でき(?:ま|な)|出来(?:ま|な)|不能|不可|失敗|されま)",
    r"届け(?:する|られ|でき)[^\n]{0,10}ません|宛先(?:不明|に見つかりません)",
    # Korean.
    r"(?:전송|배달|전달|발송)[^\n]{0,6}(?:않|못|실패|없)|반송",
    # German, Dutch.
    r"unzustellbar|(?:nicht|konnte)[^\n]{0,80}(?:zugestellt|zustellbar|ausgeliefert|übermittelt)",
    r"zustellung[^\n]{0,60}(?:fehlgeschlagen|gescheitert|nicht möglich)",
    r"onbestelbaar|niet[^\n]{0,40}(?:bezorgd|afgeleverd|besteld)|bezorg(?:ing|en)[^\n]{0,20}mislukt",
    # French.
    r"(?:non|pas|pu)[^\n]{0,40}(?:remis|distribué|délivré|livré|acheminé)",
    r"échec (?:de |d['’])(?:la |l['’])?(?:remise|distribution|livraison|envoi)",
    r"impossible de (?:remettre|distribuer|livrer|délivrer)",
    # Spanish, Portuguese, Italian.
    r"no (?:se |ha |pudo |puede |fue )[^\n]{0,40}entreg|no entreg(?:ado|able)|devuelto al remitente",
    r"não (?:pôde|pode|foi|é possível)[^\n]{0,40}entreg|não entregue|falha na entrega|devolvid[oa] ao remetente",
    r"impossibile (?:recapitare|consegnare)|non[^\n]{0,40}(?:recapitat|consegnat)|mancat[ao] (?:recapito|consegna)",
    # Russian, Ukrainian, Polish, Czech.
    r"не (?:было |была |был |может быть |удалось |може бути )?[^\n]{0,30}доставл?(?:ен|ить)|недоставлен",
    r"невозможно доставить|ошибка (?:при )?доставк|возвращен[оа]? отправител",
    r"niedostarczon|nie (?:można|udało się|mogła|została)[^\n]{0,40}(?:dostarcz|doręcz)",
    r"nelze doručit|nedoručiteln|nebyl[ao]? doručen",
    # Turkish, Swedish, Danish, Norwegian, Finnish.
    r"teslim edilem|iletilem",
    r"kunde inte levereras|olevererbar|kunne ikke leveres|ikke lever|ei voitu toimittaa",
)
# Titles of such mails; in a sentence they would say less.
TITLE = _any(
    r"delivery (?:status notification|report|warning)|non-?delivery",
    r"fail(?:ed|ure) (?:mail|message|delivery)|^(?:automatically )?rejected\b",
    r"deliver(?:y|ing)[^\n]{0,30}(?:fail|error|problem)|(?:error|problem)[^\n]{0,20} (?:sending|delivering) your",
    r"(?:mail|message)(?: system| delivery| transport)? (?:error|failed|failure|rejected|bounced)",
    r"returned (?:mail|message|to sender)|return to sender|failure notice|bounce (?:notice|notification|message)",
    r"系统退信|投递状态|投遞狀態|エラーメール|リターンメール|配信エラー|전송 오류|배달 오류",
    r"zustellungsfehler|übermittlungsfehler|erreur de (?:remise|distribution)",
    r"error (?:de|en la) entrega|errore di consegna",
)
# A line of an SMTP dialogue, a status with its reply, or a field of RFC 3464 in the text.
REPLY = _any(
    r"(?<![\w.])[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}(?![\d.])|#[45]\.\d\.\d{1,3}\b",
    r"(?:error|reply|status) code\W{1,3}[45]\d\d\b",
    r"(?:said|responded|replied|response|error|reason|<<<)\W{1,6}(?:[^\n]{0,40}\W)?[45]\d\d[ -](?!\d)",
    r"^[ \t]{0,8}(?:<<< ?)?(?:421|45[0-5]|5[05]\d)[ -](?!\d)",
    r"^\W{0,4}action\s{0,4}:\s{0,4}failed|^\W{0,4}final-recipient\s{0,4}:",
)
# It goes on trying: nothing is decided yet. Not "please try again later", which is said to the sender.
STILL_TRYING = _any(
    r"will (?:keep|continue)(?: on)? (?:trying|to try|retry|to retry|attempting|to attempt)",
    r"attempts will continue|has been postponed|will be retried",
    r"still being retried|not yet been delivered|no action is required|warning message only",
    r"delivery (?:is |has been )?delayed|message[^\n]{0,40} delayed \d|delayed mail",
    r"notification \(delay(?:ed)?\)|\baction ?: ?delayed|could not send (?:the )?message for (?:the )?past",
    r"(?:系统|系統|服务器|伺服器)[^\n]{0,6}(?:继续|繼續|再次|自动)(?:尝试|嘗試|重试|重試|投递|投遞)",
    r"仍在(?:尝试|嘗試|重试)|(?:投递|投遞|传递|傳遞|发送)(?:已)?(?:延迟|延遲)",
    r"配信(?:が)?遅延|配送が遅|再送を(?:試み|続け)|배달 지연|전송이 지연",
    r"wird weiter(?:hin)? versucht|zustellung[^\n]{0,20}verzögert|remise[^\n]{0,20}(?:retardée|différée)",
    r"entrega[^\n]{0,20}(?:retrasad|atrasad|demorad)|consegna[^\n]{0,20}ritardat",
    r"доставка[^\n]{0,30}(?:задержан|отложен)|попытки доставки[^\n]{0,20}(?:продолж|будут)",
)
# It was delivered, or handed on: the good news of a report that somebody asked for.
DELIVERED = _any(
    r"(?<!not )\bsuccess(?:ful|fully)?\b|^relayed|\(relay(?:ed)?\)|^delivered\b",
    r"^zugestellt|^remis\b|^entregado|^entregue|^consegnato|已送达|已送達|投递成功|发送成功",
)
# RFC 3464 2.3.3, where the fields stand in the text.
GOOD_ACTION = _any(r"^\W{0,4}action\s{0,4}:\s{0,4}(?:delivered|relayed|expanded)")
# A person is away; the languages in the order of `NON_DELIVERY`.
AWAY = _any(
    r"\bout of (?:the )?office|\bauto(?:mat(?:ic|ed))?[- ]?(?:generated )?(?:reply|response|responder|answer)\b|^auto$",
    r"automatically generated reply|\bvacation\b|\bon (?:holiday|leave|annual leave|maternity leave)",
    r"\baway from (?:my|the) (?:desk|office|mail)",
    r"自动(?:回复|答复|回覆|应答|回信)|自動(?:回覆|回復|答覆|応答|返信)|不在办公室|不在辦公室|休假|外出中",
    r"不在(?:通知|のお知らせ|連絡)|자동 ?(?:회신|응답|답장)|부재",
    r"abwesen|automatische (?:antwort|beantwortung)|autoantwort|nicht im (?:büro|hause)|\bim urlaub",
    r"automatisch antwoord|afwezig|réponse automatique|absen(?:ce|t)\b|en congé|hors du bureau",
    r"respuesta autom|contestaci[oó]n autom|fuera de (?:la )?oficina|ausente|ausencia",
    r"resposta autom|ausência|fora do escrit[oó]rio|risposta automatica|fuori (?:sede|ufficio)|assenza",
    r"автоматический ответ|автоответ|автовідповідь|автоматична відповідь|в отпуске|нет в офисе",
    r"automatyczna odpowied|odpowied\w+ automatyczn|nieobecn|automatická odpověď|mimo kancelář",
    r"otomatik (?:yanıt|cevap)|ofis dışında|automatiskt? svar|autosvar|frånvaro|fravær|automaattinen vastaus",
    r"tự động trả lời|trả lời tự động|balasan otomatis|ตอบกลับอัตโนมัติ|رد تلقائي|מענה אוטומטי",
)
# A program asks the sender to show that it is a person.
CHALLENGE = _any(
    r"(?:requires?|needs?) (?:verification|confirmation|approval)|verify#|awaits? moderat",
    r"(?:please )?(?:confirm(?:ation of)?|verify|verification of) (?:your|that) (?:message|e-?mail|mail|request)",
    r"(?:reply to|click)[^\n]{0,60} to (?:confirm|verify|release|deliver)|请确认您|身份验证",
)
# A program says that somebody will look at the mail.
TICKET = _any(
    r"(?:ticket|case|request|anfrage) ?(?:#|no\.?|nr\.?|id)? ?\[?#?\d{3,}|^\W{0,3}#\d{3,}",
    r"ticket (?:has been )?(?:created|received|opened)|工单|案件编号",
)
# The word before our subject by which somebody answers or forwards.
ANSWER = _any(r"^\W{0,3}(?:re|aw|sv|vs|antw|odp|fwd?|wg|tr|rv|enc|回复|回覆|答复|答覆|转发|轉寄)$")
