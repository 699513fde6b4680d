"""Where the API answers, and the programs that call it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.api_samples import LANGUAGES, ApiAddress, endpoints, samples


@pytest.mark.parametrize(
    ("public", "tls_port", "found"),
    [
        ("http://127.0.0.1:8000", 8443, [("http", "127.0.0.1:8000"), ("https", "127.0.0.1:8443")]),
        ("http://[::1]:8000", 8443, [("http", "[::1]:8000"), ("https", "[::1]:8443")]),
        ("http://ses.example.org", 8443, [("http", "ses.example.org"), ("https", "ses.example.org:8443")]),
        ("http://127.0.0.1:8000", None, [("http", "127.0.0.1:8000")]),
        # Behind a proxy with a certificate of its own.
        ("https://ses.example.org", 8443, [("https", "ses.example.org")]),
    ],
)
def test_host_and_protocol_are_told_apart(
    settings: Any, public: str, tls_port: int | None, found: list[tuple[str, str]]
) -> None:
    settings.PUBLIC_URL, settings.WEB_TLS_PORT = public, tls_port
    assert [(endpoint.protocol, endpoint.host) for endpoint in endpoints()] == found


@pytest.mark.parametrize("protocol", ["http", "https"])
def test_every_language_has_a_whole_program(protocol: str) -> None:
    made = samples("AKIDtest", ApiAddress(protocol, "ses.example.org:8443"))
    assert [sample.language for sample in made] == list(LANGUAGES)
    for sample in made:
        assert "AKIDtest" in sample.code
        assert "ses.example.org:8443" in sample.code
        assert protocol in sample.code
        # Nothing was left to fill in, nor escaped for a page.
        assert "{{" not in sample.code
        assert "&quot;" not in sample.code


def test_the_programs_in_python_are_python() -> None:
    code = {sample.language.name: sample.code for sample in samples("AKIDtest", ApiAddress("http", "h"))}["python"]
    compile(code, "python", "exec")
