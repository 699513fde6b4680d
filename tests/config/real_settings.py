"""What `config.settings` really does, seen from a browser: run as a program, it writes its findings as JSON.

The tests' own settings replace the password hasher and more, so they cannot show this. It works in a transaction that
is rolled back.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.password_validation import validate_password  # noqa: E402
from django.core.exceptions import ValidationError  # noqa: E402
from django.db import transaction  # noqa: E402
from django.http import HttpResponseBase  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.roles import Role  # noqa: E402
from tests import factories  # noqa: E402

PASSWORD = "correct horse battery"


def is_refused(password: str) -> bool:
    """Say whether nobody may choose this password."""
    try:
        validate_password(password)
    except ValidationError:
        return True
    return False


def seen(response: HttpResponseBase) -> dict[str, Any]:
    """Return status, headers and cookies of a response."""
    return {
        "status": response.status_code,
        "headers": dict(response.headers),
        "cookies": {
            name: {flag: value for flag, value in morsel.items() if value} | {"value": morsel.value}
            for name, morsel in response.cookies.items()
        },
    }


def answers(host: str, *, secure: bool) -> dict[str, dict[str, Any]]:
    """Log a person in, set what a browser keeps, log out; return each response."""
    person = factories.user(factories.account(), Role.OPERATOR, email="ann@example.test", password=PASSWORD)
    client = Client(enforce_csrf_checks=True, headers={"host": host, "referer": f"https://{host}/login/"})
    credentials = {"email": person.email, "password": PASSWORD}

    def post(path: str, fields: dict[str, str]) -> dict[str, Any]:
        # The token changes at log-in.
        token = client.cookies[settings.CSRF_COOKIE_NAME].value
        return seen(client.post(path, {**fields, "csrfmiddlewaretoken": token}, secure=secure))

    return {
        # With what only a proxy of ours may say.
        "in clear text": seen(Client(headers={"host": host, "x-forwarded-proto": "https"}).get("/login/")),
        "form": seen(client.get("/login/", secure=secure)),
        "without token": seen(client.post("/login/", credentials, secure=secure)),
        "log in": post("/login/", credentials),
        "theme": post("/theme/", {"theme": "dark"}),
        "language": post("/language/", {"language": "zh-hans"}),
        "log out": post("/logout/", {}),
    }


def main() -> None:
    """Write the findings of one public address, named by the arguments as host and scheme."""
    host, scheme = sys.argv[1:]
    with transaction.atomic():
        found = {
            "hash": make_password(PASSWORD),
            "refused": [text for text in ("eleven char", "qwerty123456", "829471038264", PASSWORD) if is_refused(text)],
            "cookies": {
                "session": settings.SESSION_COOKIE_NAME,
                "csrf": settings.CSRF_COOKIE_NAME,
                "device": settings.DEVICE_COOKIE_NAME,
                "theme": settings.THEME_COOKIE_NAME,
                "language": settings.LANGUAGE_COOKIE_NAME,
            },
            "answers": answers(host, secure=scheme == "https"),
        }
        transaction.set_rollback(True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
