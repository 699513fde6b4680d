"""The same application as `config.front`, for the process that serves the TLS port."""

import os

# The command that starts it hands down the name of the other settings.
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings_tls"}

from config.front import application

__all__ = ["application"]
