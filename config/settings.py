"""Settings: one file, everything from the environment (`.env.example` lists all of it)."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ

from config import embedded_pg, generated_secrets
from config.csp import POLICY
from config.rules import load as load_rules

BASE_DIR = Path(__file__).resolve().parent.parent
# False: it was installed as a package, and is called by the package's program.
SOURCE_TREE = (BASE_DIR / "manage.py").is_file()
PROGRAM = ".venv/bin/python manage.py" if SOURCE_TREE else "ses-console"
# Where `.env` is read and `var/` is made: the source tree; for a package, the folder it is started in.
HOME = BASE_DIR if SOURCE_TREE else Path.cwd()

env = environ.Env()
environ.Env.read_env(str(HOME / ".env"))

# --- Places -----------------------------------------------------------------------------------
DATA_DIR = Path(env.str("SES_DATA_DIR", default=str(HOME / "var"))).resolve()
PUBLIC_URL: str = env.str("SES_PUBLIC_URL", default="").rstrip("/")
WEB_PORT: int = env.int("SES_WEB_PORT", default=8000)
# The same with TLS; None serves none.
WEB_TLS_PORT: int | None = int(env.str("SES_WEB_TLS_PORT", default="8443") or 0) or None
# SMTP submission will listen there; the names are promised already, so that two copies can be given ports of their own.
SMTPS_PORT: int = env.int("SES_SMTPS_PORT", default=2465)
SUBMISSION_PORT: int = env.int("SES_SUBMISSION_PORT", default=2587)
INBOUND_PORT: int = env.int("SES_INBOUND_PORT", default=2525)
SIMULATOR_MX_PORT: int = env.int("SES_SIMULATOR_MX_PORT", default=2526)
SIMULATOR_DNS_PORT: int = env.int("SES_SIMULATOR_DNS_PORT", default=5390)
if not PUBLIC_URL:
    PUBLIC_URL = f"http://127.0.0.1:{WEB_PORT}"
_public = urlsplit(PUBLIC_URL)
_https = _public.scheme == "https"
# At which the console and the API may be called.
WEB_PORTS: tuple[int, ...] = tuple(port for port in (WEB_PORT, WEB_TLS_PORT, _public.port) if port)
# A certificate of one's own, with its chain, and its key, both PEM; without them one is made under DATA_DIR.
_cert: str = env.str("SES_TLS_CERT", default="")
_key: str = env.str("SES_TLS_KEY", default="")
TLS_CERT, TLS_KEY = (str(Path(path).resolve()) if path else "" for path in (_cert, _key))

# --- Secrets ----------------------------------------------------------------------------------
# When not set, both are generated once and kept in DATA_DIR, readable by the owner alone.
SECRET_KEY: str = env.str("SECRET_KEY", default="") or generated_secrets.get_or_create(DATA_DIR, "secret_key")
# Newest first; older ones still decrypt what they encrypted (rotation by a list).
SECRETS_KEYS: list[str] = env.list("SES_SECRETS_KEY", default=[]) or [
    generated_secrets.get_or_create(DATA_DIR, "secrets_key")
]

# Opens /metrics and the details of /healthz as a bearer token; empty: nobody gets them.
METRICS_TOKEN: str = env.str("SES_METRICS_TOKEN", default="")

# Where the last seal of the audit log is kept; None keeps none.
AUDIT_ANCHOR: Path | None = Path(env.str("SES_AUDIT_ANCHOR", default="") or DATA_DIR / "audit-anchor")

# --- Numbers ----------------------------------------------------------------------------------
RULES = load_rules(os.environ)

# --- Sending ----------------------------------------------------------------------------------
TRANSPORT: str = env.str("SES_TRANSPORT", default="simulator")  # simulator | direct | relay
RELAY_URL: str = env.str("SES_RELAY_URL", default="")
# "simulator" asks our own zone; otherwise "address[:port],…"; empty means the machine's resolvers.
RESOLVER: str = env.str("SES_RESOLVER", default="simulator" if TRANSPORT == "simulator" else "")
SIMULATOR_HOST = "127.0.0.1"
BIND_HOST: str = env.str("SES_BIND_HOST", default="127.0.0.1")
HELO_NAME: str = env.str("SES_HELO_NAME", default=_public.hostname or "localhost")
MX_HOST: str = env.str("SES_MX_HOST", default="mx.ses.test")
SPF_INCLUDE: str = env.str("SES_SPF_INCLUDE", default="spf.ses.test")
DKIM_SELECTOR: str = env.str("SES_DKIM_SELECTOR", default="ses")
REGIONS: list[str] = env.list("SES_REGIONS", default=["ap-guangzhou", "ap-hongkong", "ap-singapore"])
# Whether a call may leave its body out of the signature, as the original service allows (UNSIGNED-PAYLOAD).
UNSIGNED_PAYLOAD: bool = env.bool("SES_UNSIGNED_PAYLOAD", default=True)
# What the numbers 1 and 2 of the unsubscribe languages mean: "mainland" or "international".
SITE: str = env.str("SES_SITE", default="mainland")
FEEDBACK_SENDER: str = env.str("SES_FEEDBACK_SENDER", default="sesconsole")
# The address that notices to the console's own people come from; empty: they get none by email.
NOTICE_SENDER: str = env.str("SES_NOTICE_SENDER", default="notices@ses.test" if TRANSPORT == "simulator" else "")

# --- Django -----------------------------------------------------------------------------------
DEBUG: bool = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list(
    "SES_ALLOWED_HOSTS",
    default=sorted({"localhost", "127.0.0.1", "[::1]", _public.hostname or "localhost"}),
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if _https else []

_OUR_APPS = ("accounts", "domains", "templates_app", "blocklist", "sending", "stats", "config")
INSTALLED_APPS = [
    # First: its createsuperuser and changepassword are found before Django's.
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_q",
    *(app for app in _OUR_APPS if app != "accounts"),
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.views.ApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.console.middleware.CallerMiddleware",
]

ROOT_URLCONF = "config.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.console",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------
DATABASE_URL: str = env.str("DATABASE_URL", default="")
_database = env.db_url_config(DATABASE_URL) if DATABASE_URL else embedded_pg.settings_for(DATA_DIR)
# As whom migrations run, when it is another role than the application's; None when one role is both.
_owner_url: str = env.str("SES_OWNER_DATABASE_URL", default="")
_owner = env.db_url_config(_owner_url) if _owner_url else {}
if not DATABASE_URL:
    _owner = embedded_pg.owner_settings_for(DATA_DIR)
OWNER_DATABASE = {name: _owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT")} if _owner else None
DATABASES = {
    "default": {
        **_database,
        # What serves puts a limit of its own on its transactions: accounts/idle_transactions.py.
        "OPTIONS": {
            # A database whose machine is gone fails within seconds, not within the minutes of TCP.
            "connect_timeout": 10,
            "tcp_user_timeout": 30_000,
            **_database.get("OPTIONS", {}),
        },
        # No pool: it does not survive the fork of the task workers. Kept connections do.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Login ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 86_400
# Two copies on one host differ by port only, and cookies do not know ports.
SESSION_COOKIE_NAME = f"ses_session_{WEB_PORT}"
CSRF_COOKIE_NAME = f"ses_csrf_{WEB_PORT}"
DEVICE_COOKIE_NAME = f"ses_device_{WEB_PORT}"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Transport security -----------------------------------------------------------------------
SECURE_SSL_REDIRECT = _https
# Where TLS is served here and not by a proxy, the clear port leads to that port.
SECURE_SSL_HOST = _public.netloc if _https and _public.port == WEB_TLS_PORT else None
# What machines ask on the inner port; "/" is the API too: config.views.root redirects people.
SECURE_REDIRECT_EXEMPT = [r"^$", r"^[tu]/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("SES_BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = POLICY
DATA_UPLOAD_MAX_MEMORY_SIZE = RULES.request_max_bytes * 2
FILE_UPLOAD_MAX_MEMORY_SIZE = RULES.request_max_bytes

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_NAME = "ses_language"
THEME_COOKIE_NAME = "ses_theme"
FORMAT_MODULE_PATH = "config.formats"
# Before the catalogs of other packages: where they translate the same text, our words are seen.
LOCALE_PATHS = [BASE_DIR / app / "locale" for app in _OUR_APPS]
# Numbers are grouped where a page asks for it, never in an id, an address or a chart's data.
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "UTC"
USE_TZ = True

# --- Front-end files --------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder", "config.npm_files.NpmFinder"]
NODE_MODULES = (BASE_DIR if SOURCE_TREE else BASE_DIR / "config") / "node_modules"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.npm_files.HashedStorage"},
}

# --- Tasks ------------------------------------------------------------------------------------
BROKER_URL: str = env.str("SES_BROKER_URL", default="")
Q_CLUSTER = {
    "name": "ses",
    "workers": env.int("SES_TASK_WORKERS", default=2),
    "timeout": 600,
    # Longer than any task may run, or a second worker would start it beside the first.
    "retry": 900,
    "bulk": 1,
    "queue_limit": 16,
    "max_attempts": 3,
    "catch_up": False,
    "save_limit": 250,
    "poll": 0.5,
    **({"redis": BROKER_URL} if BROKER_URL else {"orm": "default"}),
}

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.OneLineFormatter", "format": "%(levelname)s %(name)s %(message)s"}},
    "filters": {"refused": {"()": "config.logs.RefusedRequestFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refused"]}},
    "root": {"handlers": ["console"], "level": env.str("SES_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "propagate": False},
        # Several lines a minute about tasks that went well would hide those that matter.
        "django-q": {"level": "WARNING"},
        # aiosmtpd logs each command and line of every mail at INFO: not for the log of a busy port.
        "mail.log": {"level": "WARNING"},
    },
}
