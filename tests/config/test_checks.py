import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from config import checks
from sending.smtp import reply_rules


def ids(found):
    return [message.id for message in found]


def test_the_settings_of_a_first_start_pass(settings):
    assert run_checks() == []
    checks.refuse_unsafe()


def test_no_two_checks_share_an_id():
    found = re.findall(
        r'id="(ses\.[EW]\d+)"', "".join(path.read_text() for path in Path(checks.__file__).parent.glob("*checks.py"))
    )
    assert sorted(set(found)) == sorted(found)


def test_a_reply_rule_that_decides_nothing_stops_every_command(monkeypatch):
    twice = reply_rules.load(
        {
            **reply_rules.read(),
            "zz.toml": """
[[rule]]
class = "QuotaIssues"
provider = "any"
source = "RFC 3463 3.3"
[rule.words]
'quota exceeded' = "550 quota exceeded"
""",
        }
    )
    monkeypatch.setattr(checks, "RULES", twice)
    (found,) = run_checks()
    assert found.id == "ses.E015"
    assert "quota exceeded" in found.msg


def test_translations_that_were_never_compiled_are_named(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    source = tmp_path / "domains" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.touch()
    (found,) = checks.translations_are_compiled(None)
    assert found.id == "ses.W002"
    assert "domains" in found.msg


@pytest.mark.parametrize(
    ("broker", "has_key", "warned"),
    [("redis://broker", True, ["ses.W001"]), ("redis://broker", False, []), ("", True, [])],
)
def test_keys_in_a_folder_of_one_machine_are_no_keys_for_several(settings, tmp_path, broker, has_key, warned):
    settings.BROKER_URL, settings.DATA_DIR = broker, tmp_path
    if has_key:
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets" / "secrets_key").touch()
    found = checks.keys_come_from_outside(None)
    assert ids(found) == warned
    assert all("same value on every machine" in message.hint for message in found)


def test_every_secrets_key_has_to_be_long(settings):
    settings.SECRETS_KEYS = ["x" * 32, "short"]
    assert ids(checks.secrets_are_long(None)) == ["ses.E001"]


def test_a_short_secret_is_refused_with_a_way_to_make_one(settings):
    settings.SECRET_KEY = "short"
    (found,) = checks.secrets_are_long(None)
    assert found.id == "ses.E001"
    assert "token_urlsafe" in found.hint


def test_one_secret_for_two_ends_is_refused(settings):
    settings.SECRETS_KEYS = [settings.SECRET_KEY]
    assert ids(checks.secrets_are_long(None)) == ["ses.E002"]


def test_an_unknown_transport_is_refused(settings):
    settings.TRANSPORT = "pigeon"
    assert ids(checks.transport_is_known(None)) == ["ses.E003"]


@pytest.mark.parametrize("url", ["", "relay.example.com", "http://relay.example.com"])
def test_a_relay_without_an_address_is_refused(settings, url):
    settings.TRANSPORT, settings.RELAY_URL = "relay", url
    assert ids(checks.transport_is_known(None)) == ["ses.E004"]


@pytest.mark.parametrize("sender", ["", "four", "a" * 16, "ses-console", "größe", "t1234", "a12345", "shop\n"])
def test_a_feedback_sender_that_providers_cannot_count_by_is_refused(settings, sender):
    settings.FEEDBACK_SENDER = sender
    (found,) = checks.feedback_sender_is_usable(None)
    assert found.id == "ses.E013"
    assert "5 to 15" in found.hint


@pytest.mark.parametrize("sender", ["shop1", "a" * 15, "12345", "t1234x", "Vendor2"])
def test_a_feedback_sender_of_letters_and_digits_passes(settings, sender):
    settings.FEEDBACK_SENDER = sender
    assert checks.feedback_sender_is_usable(None) == []


@pytest.mark.parametrize(
    "sender", ["notices", "SES <a@b.test>", "größe@b.test", "a@größe.test", "a@b.test\n", "a@b.test,c@d.test"]
)
def test_a_sender_of_notices_that_is_no_bare_address_is_refused(settings, sender):
    settings.NOTICE_SENDER = sender
    assert ids(checks.notice_sender_is_usable(None)) == ["ses.E019"]


@pytest.mark.parametrize("sender", ["", "notices@b.test", "ses.notices+a@mail.b.test"])
def test_a_bare_address_or_none_may_be_the_sender_of_notices(settings, sender):
    settings.NOTICE_SENDER = sender
    assert checks.notice_sender_is_usable(None) == []


def test_an_unknown_site_is_refused(settings):
    settings.SITE = "moon"
    (found,) = checks.site_is_known(None)
    assert found.id == "ses.E011"
    assert "mainland, international" in found.hint


@pytest.mark.parametrize(("workers", "refused"), [(0, ["ses.E012"]), (1, ["ses.E012"]), (2, []), (8, [])])
def test_tasks_need_a_second_worker_beside_a_long_job(settings, workers, refused):
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": workers}
    assert ids(checks.tasks_have_a_second_worker(None)) == refused


@pytest.mark.parametrize("url", ["ses.example.com", "https://", "https://ses.example.com/console"])
def test_an_incomplete_public_address_is_refused(settings, url):
    settings.PUBLIC_URL = url
    assert ids(checks.public_url_is_complete(None)) == ["ses.E005"]


def test_real_mail_is_refused_with_the_settings_of_a_trial(settings):
    settings.TRANSPORT, settings.DEBUG, settings.PUBLIC_URL = "direct", True, "http://127.0.0.1:8000"
    assert ids(checks.real_mail_is_safe(None)) == ["ses.E006", "ses.E007", "ses.E008", "ses.E008"]


def test_a_broker_whose_package_is_missing_says_what_to_install(settings):
    settings.BROKER_URL = "redis://localhost"
    (found,) = checks.broker_can_be_reached(None)
    assert found.hint == "Run: pip install redis"


@pytest.mark.parametrize(
    ("host", "url", "refused"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", []),
        ("0.0.0.0", "http://127.0.0.1:8000", ["ses.E010"]),
        ("::", "http://127.0.0.1:8000", ["ses.E010"]),
        ("localhost", "http://localhost:8000", []),
        ("127.0.0.1", "https://ses.example.com", ["ses.E010"]),
    ],
)
def test_debug_is_refused_where_others_can_ask(settings, host, url, refused):
    settings.DEBUG, settings.BIND_HOST, settings.PUBLIC_URL = True, host, url
    assert ids(checks.debug_is_local_only(None)) == refused
    settings.DEBUG = False
    assert checks.debug_is_local_only(None) == []


def test_a_refusal_names_every_trouble_and_its_way_out(settings):
    settings.SECRET_KEY, settings.TRANSPORT = "short", "pigeon"
    with pytest.raises(ImproperlyConfigured, match=r"ses\.E001.*token_urlsafe(?s:.*)ses\.E003.*relay"):
        checks.refuse_unsafe()


def test_a_refusal_asks_every_registered_check(settings):
    settings.SITE, settings.Q_CLUSTER = "moon", {**settings.Q_CLUSTER, "workers": 1}
    with pytest.raises(ImproperlyConfigured, match=r"ses\.E011(?s:.*)ses\.E012"):
        checks.refuse_unsafe()


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"SES_TRANSPORT": "direct", "SES_PUBLIC_URL": "http://127.0.0.1:8000"}, "ses.E007"),
        ({"SES_SITE": "moon"}, "ses.E011"),
        ({"SES_TASK_WORKERS": "1"}, "ses.E012"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_server_started_by_hand_refuses_unsafe_settings_too(settings, changed, refused):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SES_DATA_DIR": str(settings.TEST_DATA_DIR),
        **changed,
    }
    done = subprocess.run(
        [sys.executable, "-c", "import config.front"],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert done.returncode
    assert refused in done.stderr
