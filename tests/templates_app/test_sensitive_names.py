"""Which names say that a variable's value lets its reader in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app import sensitive_names
from templates_app.sensitive_names import among, by_name, choices


def _words(text: str) -> list[str]:
    return text.split()


SENSITIVE = _words("""
code Code CODE verifyCode verify_code verification-code verifycode VERIFYCODE sms.code smsCode vcode code1 token2
otp OTP otp_code otpcode oneTimePassword one_time_code 2faCode captcha passcode recovery_codes backupCode
token authToken access_token resetToken mfa_token password newPassword newpassword temp_password pwd user.pwd passwd
link reset_link resetLink RESET_LINK RESETLINK magicLink loginlink activation_link confirmationLink signin_link
url reset_url resetUrl verifyURL VerificationURL invite_url pin PIN pinCode PINCode pin_code accountPIN
secret clientSecret secret_key apiKey api_key accessKey activationkey coupon_code ＣＯＤＥ yzm
pw PSWD deeplink deep_link shortUrl tkn hasło şifre yanzhengma auth session_id verification Zugangscode Aktivierungslink
重置地址 激活地址 卡密 秘密 验证码 短信验证码 动态码 激活码 邀请码 驗證碼 密码 新密码 登录密码 動態密碼 口令 链接 激活链接 重置链接 鏈接
contraseña código mot_de_passe motDePasse Passwort senha пароль パスワード 認証コード 비밀번호
""")
HARMLESS = _words("""
name first_name order_id orderNo amount currencyCode country_code zip_code zipcode postcode postal_code area_code
image_url imageUrl logo_url avatarUrl language_code color_code error_code status_code product_link homepage_url
opinion shipping passenger compass spinner linked blinking pinterest decoder encoded unicode barcode keyboard monkey
key_points keyFeatures keyword link_text linkTitle code_postal codigo_postal
收货地址 地址 姓名 订单号 手机号码 邮政编码 尺码 条码 货币代码 页码 date title body sku signature
""")


@pytest.mark.parametrize("name", SENSITIVE)
def test_a_name_that_stands_for_a_secret_is_sensitive(name: str) -> None:
    assert by_name(name)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_name_that_only_looks_like_one_is_not(name: str) -> None:
    assert not by_name(name)


@pytest.mark.parametrize("word", ["code", "token", "password", "link", "otp", "pin", "secret"])
@given(before=st.sampled_from(["my", "reset", "login", "user", "sms", "new"]))
def test_however_the_words_are_joined(word: str, before: str) -> None:
    joined = (f"{before}_{word}", f"{before}-{word}", f"{before}.{word}", f"{before}{word.title()}", before + word)
    for name in (*joined, *(name.upper() for name in joined)):
        assert by_name(name), name


@given(st.text(max_size=80))
def test_any_text_is_judged(name: str) -> None:
    assert by_name(name) in {True, False}


def test_what_the_author_decided_goes_before_what_the_name_says() -> None:
    assert among(["code", "greeting", "token", "name"], {"code": False, "greeting": True}) == ["greeting", "token"]


@given(st.sets(st.sampled_from([*SENSITIVE, *HARMLESS])), st.data())
def test_the_stored_decisions_bring_back_what_was_marked(names: set[str], data: st.DataObject) -> None:
    marked = data.draw(st.sets(st.sampled_from(sorted(names)))) if names else set()
    stored = choices(names, marked)
    assert among(names, stored) == sorted(marked)
    # Only what the names do not say is stored.
    assert all(sensitive_names.by_name(name) != decided for name, decided in stored.items())
