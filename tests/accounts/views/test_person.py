from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts import lifecycle
from accounts.console.appearance import zones
from accounts.models import AuditEntry, NoticeMail, User
from tests import factories

pytestmark = pytest.mark.django_db

OLD, NEW = "correct horse battery", "another long passphrase"


@pytest.fixture
def person() -> User:
    return factories.user(factories.account())


@pytest.fixture
def browser(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def test_a_new_password_ends_every_other_session(browser: Client, person: User) -> None:
    other = Client()
    other.force_login(person)
    response = browser.post("/password/", {"current": OLD, "new": NEW, "again": NEW})
    assert response["Location"] == "/"
    assert browser.get("/password/").status_code == 200
    assert other.get("/password/")["Location"].startswith("/login/")
    assert AuditEntry.objects.filter(act="users.change_password", actor=person.email).exists()


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"current": "wrong"}, "not your current password"),
        ({"again": "something else"}, "passwords do not match"),
        ({"new": "short", "again": "short"}, "too short"),
        ({"new": "123456789012345", "again": "123456789012345"}, "entirely numeric"),
    ],
)
def test_a_password_that_does_not_do_changes_nothing(
    browser: Client, person: User, entries: dict[str, str], words: str
) -> None:
    response = browser.post("/password/", {"current": OLD, "new": NEW, "again": NEW, **entries})
    assert response.status_code == 422
    assert words in response.content.decode()
    person.refresh_from_db()
    assert person.check_password(OLD)


def test_an_open_session_is_no_place_to_guess_the_password(browser: Client, person: User) -> None:
    for _ in range(settings.RULES.login_attempts):
        assert browser.post("/password/", {"current": "wrong", "new": NEW, "again": NEW}).status_code == 422
    page = browser.post("/password/", {"current": OLD, "new": NEW, "again": NEW}, follow=True)
    assert b"Too many attempts" in page.content
    person.refresh_from_db()
    assert person.check_password(OLD)


def test_no_password_is_sent_back(browser: Client) -> None:
    response = browser.post("/password/", {"current": "wrong", "new": NEW, "again": NEW})
    assert NEW.encode() not in response.content


def test_the_time_zone_holds_from_the_next_page_on(browser: Client, person: User) -> None:
    browser.post("/time-zone/", {"zone": "Asia/Shanghai"})
    person.refresh_from_db()
    assert person.time_zone == "Asia/Shanghai"
    assert b"Asia/Shanghai</span>" in browser.get("/password/").content


def test_a_zone_that_is_none_is_refused(browser: Client, person: User) -> None:
    assert browser.post("/time-zone/", {"zone": "Mars/Olympus"}).status_code == 422
    person.refresh_from_db()
    assert person.time_zone == "UTC"


def test_utc_comes_first_among_the_zones() -> None:
    assert zones()[0] == "UTC"
    assert "Asia/Shanghai" in zones()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_theme_is_in_the_page_itself(client: Client, theme: str) -> None:
    client.post("/theme/", {"theme": theme})
    text = client.get("/login/").content.decode()
    assert f'data-bs-theme="{theme}"' in text
    assert "theme.js" not in text


def test_the_systems_theme_is_asked_by_a_script_before_the_first_paint(client: Client) -> None:
    client.post("/theme/", {"theme": "auto"})
    head = client.get("/login/").content.decode().partition("</head>")[0]
    assert 'data-theme="auto"' in head
    assert head.index("theme.js") < head.index("tabler.min.css")


def test_a_theme_that_is_none_is_not_kept(client: Client) -> None:
    client.post("/theme/", {"theme": '"><script>'})
    assert settings.THEME_COOKIE_NAME not in client.cookies
    client.cookies[settings.THEME_COOKIE_NAME] = '"><script>'
    assert 'data-theme="auto"' in client.get("/login/").content.decode()


# --- language ---------------------------------------------------------------------------------


def test_a_chosen_language_is_kept_and_survives_the_log_in(client: Client, person: User) -> None:
    answer = client.post("/language/", {"language": "zh-hans"}, headers={"referer": "http://testserver/login/?next=/x"})
    assert answer["Location"] == "http://testserver/login/?next=/x"
    page = client.get("/login/")
    assert '<html lang="zh-hans"' in page.content.decode()
    assert "登录</button>" in page.content.decode()
    assert page["Content-Language"] == "zh-hans"
    client.force_login(person)
    assert '<html lang="zh-hans"' in client.get("/password/").content.decode()


def test_without_a_choice_the_browsers_language_counts_and_english_by_default(client: Client) -> None:
    def language(wish: str) -> str:
        return client.get("/login/", headers={"accept-language": wish})["Content-Language"]

    assert [language(wish) for wish in ("zh-CN,zh;q=0.9,en;q=0.8", "en-GB", "fr", "")] == ["zh-hans", "en", "en", "en"]
    client.post("/language/", {"language": "en"})
    assert language("zh-CN") == "en"


def test_a_language_that_is_none_is_not_kept(client: Client) -> None:
    client.post("/language/", {"language": '"><script>'})
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


def test_the_languages_are_offered_in_their_own_names(browser: Client) -> None:
    for page in (Client().get("/login/"), browser.get("/password/")):
        text = page.content.decode()
        assert 'value="en" lang="en"' in text
        assert ">English</button>" in text
        assert ">简体中文</button>" in text


def test_a_report_of_an_error_leaves_the_passwords_out(browser: Client) -> None:
    response = browser.post("/password/", {"current": OLD, "new": NEW, "again": NEW})
    assert response.wsgi_request.sensitive_post_parameters == ("current", "new", "again")


def test_the_profile_changes_name_and_zone_and_writes_down_what_changed(browser: Client, person: User) -> None:
    assert browser.get("/profile/").context["form"]["zone"].value() == "UTC"
    answer = browser.post("/profile/", {"name": " Ann Example ", "zone": "Asia/Shanghai"}, follow=True)
    assert "Profile saved." in answer.text
    person.refresh_from_db()
    assert (person.name, person.time_zone) == ("Ann Example", "Asia/Shanghai")
    browser.post("/profile/", {"name": "Ann Example", "zone": "Asia/Shanghai"})
    acts = list(AuditEntry.objects.filter(actor=person.email).order_by("pk").values_list("act", flat=True))
    assert acts == ["users.set_name", "users.set_time_zone"]


@pytest.mark.parametrize("name", ["Ann\u202eexe", "x" * 101, "Ann\x07"])
def test_a_name_that_does_not_do_changes_nothing_of_the_profile(browser: Client, person: User, name: str) -> None:
    assert browser.post("/profile/", {"name": name, "zone": "Asia/Shanghai"}).status_code == 422
    person.refresh_from_db()
    assert (person.name, person.time_zone) == ("", "UTC")


def test_the_password_ends_every_other_session_and_stays(browser: Client, person: User) -> None:
    other = Client()
    other.force_login(person)
    refused = browser.post("/profile/sessions/", {"current": "wrong"})
    assert refused.status_code == 422
    assert "not your current password" in refused.text
    assert other.get("/profile/").status_code == 200

    assert browser.post("/profile/sessions/", {"current": OLD})["Location"] == "/profile/"
    assert browser.get("/profile/").status_code == 200
    assert other.get("/profile/")["Location"].startswith("/login/")
    person.refresh_from_db()
    assert person.check_password(OLD)
    assert AuditEntry.objects.filter(act="session.end_others", actor=person.email).count() == 1


def test_the_password_is_not_found_by_trying_on_either_page(browser: Client) -> None:
    for _ in range(settings.RULES.login_attempts):
        browser.post("/profile/sessions/", {"current": "wrong"})
    assert browser.post("/profile/sessions/", {"current": OLD})["Location"] == "/profile/sessions/"
    assert browser.post("/password/", {"current": OLD, "new": NEW, "again": NEW})["Location"] == "/password/"


@pytest.mark.parametrize("path", ["/", "/users/", "/time-zone/", "/admin/", "/admin/accounts/user/"])
def test_a_password_that_an_admin_made_opens_no_page_but_the_one_where_it_is_changed(client: Client, path: str) -> None:
    admin = factories.caller(factories.account(), "admin")
    user = lifecycle.add_member(admin, email="ann@example.test", name="Ann", role="admin", password=OLD).user
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    client.post("/login/", {"email": user.email, "password": OLD, "next": path})
    page = client.get(path, follow=True)
    assert page.redirect_chain[-1][0] == "/password/"
    assert "An admin made your present password." in page.content.decode()

    same = client.post("/password/", {"current": OLD, "new": OLD, "again": OLD})
    assert same.status_code == 422
    assert "This is your current password" in same.content.decode()
    client.post("/password/", {"current": OLD, "new": NEW, "again": NEW})
    assert client.get(path).status_code == 200
    assert "An admin made your present password." not in client.get("/password/").content.decode()


def test_who_must_change_the_password_can_log_out_and_read_the_page_in_any_language(client: Client) -> None:
    client.force_login(factories.user(factories.account(), must_change_password=True))
    client.post("/language/", {"language": "zh-hans"})
    assert "管理员" in client.get("/password/").content.decode()
    assert client.get("/form-token/").status_code == 200
    assert client.post("/logout/")["Location"] == "/login/"


def test_a_person_chooses_which_notices_come_by_email_and_in_which_language(browser: Client, person: User) -> None:
    page = browser.get("/notices/email/").content.decode()
    assert len(re.findall(r'<input[^>]*name="kinds"[^>]*checked', page)) == len(NoticeMail.Kind)
    assert browser.post("/notices/email/", {"kinds": ["domains"], "language": "zh-hans"}).status_code == 302
    person.refresh_from_db()
    assert (person.muted_notices, person.language) == (["templates", "audit"], "zh-hans")
    assert AuditEntry.objects.filter(act="users.set_notice_mails", actor=person.email).exists()
    assert browser.post("/notices/email/", {"kinds": ["all"], "language": "en"}).status_code == 422


def test_without_a_sender_the_page_says_that_no_notice_is_sent(browser: Client) -> None:
    with override_settings(NOTICE_SENDER="notices@platform.test"):
        assert "SES_NOTICE_SENDER" not in browser.get("/notices/email/").content.decode()
    with override_settings(NOTICE_SENDER=""):
        assert "SES_NOTICE_SENDER" in browser.get("/notices/email/").content.decode()


def test_the_language_of_the_login_and_of_the_switch_is_that_of_the_emails(client: Client, person: User) -> None:
    entries = {"email": person.email, "password": OLD}
    client.post("/login/", entries, headers={"accept-language": "zh-CN"})
    person.refresh_from_db()
    assert person.language == "zh-hans"
    client.post("/language/", {"language": "en"})
    person.refresh_from_db()
    assert person.language == "en"
