"""System checks of the TLS port, with ids and hints as in `config.checks`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from config.web import certificates


@register()
def tls_port_can_be_served(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a TLS port that is the clear one, and a certificate or key that cannot be served."""
    found: list[CheckMessage] = []
    if settings.WEB_TLS_PORT == settings.WEB_PORT:
        found.append(
            Error(
                f"SES_WEB_TLS_PORT and SES_WEB_PORT are both {settings.WEB_PORT}.",
                hint="Give TLS a port of its own, or 0 for none.",
                id="ses.E016",
            )
        )
    if bool(settings.TLS_CERT) != bool(settings.TLS_KEY):
        found.append(
            Error(
                "Only one of SES_TLS_CERT and SES_TLS_KEY is set.",
                hint="Set both, or neither: then a certificate is made.",
                id="ses.E017",
            )
        )
    elif settings.TLS_CERT and settings.WEB_TLS_PORT:
        try:
            certificates.check_given(Path(settings.TLS_CERT), Path(settings.TLS_KEY))
        except certificates.UnusableCertificate as problem:
            hint = "Name PEM files in SES_TLS_CERT (with its chain) and SES_TLS_KEY (PKCS#8, without a password)."
            found.append(Error(f"The TLS port cannot be served: {problem}.", hint=hint, id="ses.E018"))
        else:
            # Email goes on being sent: to stop all of it for these would do more harm.
            for doubt in certificates.doubts_about_given(Path(settings.TLS_CERT), Path(settings.TLS_KEY)):
                hint = "Renew the certificate and start again; the key is its owner's alone (chmod 600)."
                found.append(Warning(f"The TLS port is served, but {doubt}.", hint=hint, id="ses.W004"))
    return found
