"""Which variables are sensitive: what lets its reader in, such as a one-time code or a reset link. Pure.

A template's author decides for each variable; where nobody has, its name does: `code`, `resetToken`, `RESET_LINK`,
`验证码`. A name is read in words, whatever joins them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One of these makes a name sensitive, whatever stands beside it.
_SECRETS = _words("""
    2fa aktivierungscode aktivierungslink apikey bearer bestatigungscode bestatigungslink captcha captchas clave
    contrasena credential credentials csrf dongtaima einmalcode einmalpasswort geheim haslo heslo hotp hyperlink
    jeton jihuoma jwt kennwort koushi lingpai losenord magic mfa mima mnemonic motdepasse nonce oauth otac otc
    otp otps parol parola passcode passcodes passkey passphrase passw passwd passwds password passwords passwort
    pin pins psw pswd pw pwd pwds schlussel secret secrets senha sicherheitscode sifre tan tfa tkn token tokens
    totp u2f vcode wachtwoord xiaoyanma yanzhengma yzm zugangscode
""")
# These do unless one of the harmless words says what for.
_OPENERS = _words("""
    activation auth challenge code codes codice codigo enlace href key keys kod lianjie lien link links pass pin
    puk session sessionid sid uri uris url urls verification
""")
_HARMLESS = _words("""
    airport area article avatar background banner bar blog caption city color colour company country css
    currency date dial discord district error exit facebook fact facts favicon feature features figure figures
    font footer github header hero home homepage iata icon image images img instagram iso item label lang
    language linkedin locale logo logos photo pic picture pictures point points post postal privacy product
    province region season shop site sku social state status store style swift takeaway takeaways tax terms text
    thumbnail tiktok title twitter unit video website wechat weibo word words youtube zip zone
""")
# What stands before a secret when both are written as one word: "verifycode", "resetlink", "newpassword".
_BESIDE = _words("""
    access account activate activation admin api app auth authentication authorization backup bind change check
    claim client confirm confirmation current deep device dynamic email expiring first forgot gift initial
    invitation invite invoice log login magic mail mobile my new old once one onetime otp password phone private
    recover recovery redeem refresh register registration reset secret secure security session set share short
    sign signin signup sms sso temp temporary the time trade trading two unlock unsubscribe user validate
    validation verification verify voucher wallet web your
""")
_WORDS = _SECRETS | _OPENERS | _BESIDE
# In scripts without spaces a part of the name is enough.
_PARTS = re.compile(
    "密码|密碼|卡密|秘密|口令|暗号|暗號|密钥|密鑰|秘钥|秘鑰|私钥|私鑰|令牌|凭证|憑證|凭据|链接|鏈接|連結|链結|网址|網址|(?:重置|激活|登录|登陆|登入|验证|確認|确认|找回|邀请|重設|驗證|啟用)(?:地址|位址)|"
    "(?<!编)(?<!編)(?<!代)(?<!条)(?<!條)(?<!形)(?<!尺)(?<!号)(?<!號)(?<!页)(?<!頁)(?<!数)(?<!邮)(?<!起)[码碼]|"
    "パスワード|コード|トークン|リンク|暗証|認証|비밀번호|인증|코드|토큰|링크|"
    "парол|код|ссылк|токен|секрет"
)
# Letters that have no decomposition.
_PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ı": "i", "ß": "ss", "đ": "d", "Đ": "D"})
_SPLIT = re.compile(
    # "resetLink", "PINCode", "otp2"
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Z])|[^A-Za-z0-9]+"
)


@lru_cache(maxsize=4096)
def by_name(name: str) -> bool:
    """Say whether a variable's name alone says that it is sensitive."""
    text = unicodedata.normalize("NFKC", name)
    if _PARTS.search(text.casefold()):
        return True
    letters = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = [word for whole in _SPLIT.split(plain) if whole for word in _parted(whole.lower())]
    joined = {"".join(words), *("".join(pair) for pair in zip(words, words[1:], strict=False))}
    if not _SECRETS.isdisjoint(words) or not _SECRETS.isdisjoint(joined):
        return True
    return not _OPENERS.isdisjoint(words) and _HARMLESS.isdisjoint(words)


def among(names: Iterable[str], chosen: Mapping[str, bool]) -> list[str]:
    """Return those of `names` that are sensitive, sorted; `chosen` is what the author decided, by name."""
    return sorted(name for name in names if chosen.get(name, by_name(name)))


def choices(names: Iterable[str], sensitive: Iterable[str]) -> dict[str, bool]:
    """Return the author's decisions as they are stored: only those that differ from what the names say."""
    marked = set(sensitive)
    return {name: name in marked for name in sorted(set(names)) if (name in marked) != by_name(name)}


def _parted(word: str) -> list[str]:
    """Return a word's known words when it is made of nothing else: "verifycode" is "verify", "code"."""
    if word in _WORDS or len(word) > 40:
        return [word]
    # ends[n]: the words that the first n letters are made of.
    ends: dict[int, list[str]] = {0: []}
    for end in range(2, len(word) + 1):
        for start, before in list(ends.items()):
            if word[start:end] in _WORDS:
                ends[end] = [*before, word[start:end]]
                break
    return ends.get(len(word), [word])
