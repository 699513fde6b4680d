"""The application that the web server serves; unsafe settings stop it as they stop every command."""

import os
import sys

import django
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - what follows needs Django set up

from accounts import idle_transactions  # noqa: E402
from config import checks  # noqa: E402
from config.web import server  # noqa: E402
from config.web.application import Front  # noqa: E402

# A thread that comes back from the database may hold row locks; it must get the interpreter soon.
sys.setswitchinterval(0.0005)
checks.refuse_unsafe()
idle_transactions.limit_process()
server.allow_connections(settings.RULES.web_connections)

application = Front(WSGIHandler())
