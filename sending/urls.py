"""The addresses of this app."""

from django.urls import URLPattern, path

from sending.views import inbox

app_name = "sending"
urlpatterns: list[URLPattern] = [
    path("simulator/", inbox.Addresses.as_view(), name="simulator"),
    path("inbox/", inbox.Inbox.as_view(), name="inbox"),
    path("inbox/<int:pk>/", inbox.InboxMail.as_view(), name="inbox_mail"),
    path("inbox/<int:pk>/body/", inbox.InboxBody.as_view(), name="inbox_body"),
    path("inbox/<int:pk>/source/", inbox.InboxRaw.as_view(), name="inbox_raw"),
]
