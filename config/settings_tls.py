"""What is different on the TLS port: its cookies, which the clear port neither reads nor overwrites."""

from config.settings import *  # noqa: F403 - these are the settings
from config.settings import WEB_TLS_PORT

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
# Of one name, the clear port could not replace a cookie that this one set (RFC 6265bis 5.7): nobody could log in there.
SESSION_COOKIE_NAME = f"ses_session_{WEB_TLS_PORT}"
CSRF_COOKIE_NAME = f"ses_csrf_{WEB_TLS_PORT}"
DEVICE_COOKIE_NAME = f"ses_device_{WEB_TLS_PORT}"
LANGUAGE_COOKIE_NAME = f"ses_language_{WEB_TLS_PORT}"
THEME_COOKIE_NAME = f"ses_theme_{WEB_TLS_PORT}"
