"""The product's settings with a database, keys and ports of the tests' own."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SES_DATA_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test"))

from config.settings import *  # noqa: F403
from config.settings import DATA_DIR, DATABASES, OWNER_DATABASE, STORAGES

# argon2 takes its time by design; logins of tests do not need it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
DATABASES["default"]["CONN_MAX_AGE"] = 0
MEDIA_ROOT = tempfile.gettempdir()
TEST_DATA_DIR = DATA_DIR
# Tests make and empty databases, which the application's role may not; what it may has tests of its own.
DATABASES["default"] |= OWNER_DATABASE or {}
OWNER_DATABASE = None
# The tests' databases are emptied again and again; a test that needs an anchor names a place.
AUDIT_ANCHOR = None
