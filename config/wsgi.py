"""The WSGI application that granian serves; unsafe settings stop it as they stop every command."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A thread that comes back from the database may hold row locks; it must get the interpreter soon.
sys.setswitchinterval(0.0005)

application = get_wsgi_application()

from accounts import idle_transactions  # noqa: E402 - both need Django set up
from config import checks  # noqa: E402

checks.refuse_unsafe()
idle_transactions.limit_process()
