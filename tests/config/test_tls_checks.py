from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config import settings as clear
from config import settings_tls as tls
from config import tls_checks
from config.web import certificates


def ids() -> list[str | None]:
    return [message.id for message in tls_checks.tls_port_can_be_served(None)]


@pytest.fixture(autouse=True)
def none_given(settings: Any) -> None:
    settings.WEB_PORT, settings.WEB_TLS_PORT, settings.TLS_CERT, settings.TLS_KEY = 8000, 8443, "", ""


def test_no_certificate_at_all_is_fine() -> None:
    assert ids() == []


def test_one_port_cannot_be_both(settings: Any) -> None:
    settings.WEB_TLS_PORT = 8000
    assert ids() == ["ses.E016"]
    settings.WEB_TLS_PORT = None
    assert ids() == []


def test_a_certificate_without_its_key_is_refused(settings: Any) -> None:
    settings.TLS_CERT = "/a/chain.pem"
    assert ids() == ["ses.E017"]
    settings.TLS_CERT, settings.TLS_KEY = "", "/a/key.pem"
    assert ids() == ["ses.E017"]


def test_a_given_pair_is_looked_at_before_anything_starts(settings: Any, tmp_path: Path) -> None:
    certificates.ensure(tmp_path, [])
    settings.TLS_CERT, settings.TLS_KEY = str(tmp_path / "server.pem"), str(tmp_path / "server.key")
    assert ids() == []
    (tmp_path / "server.key").chmod(0o644)
    assert ids() == ["ses.W004"]
    settings.TLS_KEY = str(tmp_path / "ca.key")
    (found,) = tls_checks.tls_port_can_be_served(None)
    assert found.id == "ses.E018"
    assert "ca.key is not the key of" in found.msg
    # Nobody serves it.
    settings.WEB_TLS_PORT = None
    assert ids() == []


def test_every_cookie_has_another_name_on_the_tls_port_and_is_secure_there() -> None:
    """A cookie that TLS set could be neither read nor replaced by the clear port, if both had one name."""
    names = [name for name in dir(clear) if name.endswith("_COOKIE_NAME")]
    assert len(names) >= 5
    for name in names:
        assert getattr(clear, name) != getattr(tls, name), name
    assert tls.SESSION_COOKIE_SECURE
    assert tls.CSRF_COOKIE_SECURE
    assert tls.LANGUAGE_COOKIE_SECURE
    # All else is the same.
    others = {name for name in dir(clear) if name[0].isupper() and name.isupper() and "COOKIE" not in name}
    assert {name for name in others if getattr(clear, name) != getattr(tls, name)} == set()
