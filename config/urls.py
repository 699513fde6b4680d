"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from accounts.views.keys import CreateKey
from config import health
from config.actions import ACTIONS
from config.search_page import SearchPage
from config.views import favicon, root
from sending.queries import template_use
from templates_app.views.review import ReviewDecision

# accounts may not import config, which has the table.
CreateKey.actions = tuple(ACTIONS)
# Nor may templates_app know what sends its templates.
ReviewDecision.find_use = staticmethod(template_use)

urlpatterns = [
    path("", root, name="root"),
    path("", include("stats.urls")),
    path("", include("accounts.urls")),
    path("", include("domains.urls")),
    path("", include("templates_app.urls")),
    path("blocklist/", include("blocklist.urls")),
    path("sending/", include("sending.urls")),
    path("", include("sending.tracking.urls")),
    path("search/", SearchPage.as_view(), name="search"),
    path("favicon.ico", favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
