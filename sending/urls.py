"""The addresses of this app."""

from django.urls import URLPattern, path

from sending.views import erasure, hold, inbox, resend, send, status, zone

app_name = "sending"
urlpatterns: list[URLPattern] = [
    path("", send.SendPage.as_view(), name="send"),
    path("status/", status.EmailStatusList.as_view(), name="status"),
    path("status/<int:pk>/", status.MessagePage.as_view(), name="message"),
    path("status/<int:pk>/resend/", resend.ResendPage.as_view(), name="resend"),
    path("simulator/", inbox.SimulatorAddresses.as_view(), name="simulator"),
    path("inbox/", inbox.SimulatorInbox.as_view(), name="inbox"),
    path("inbox/<int:pk>/", inbox.InboxMail.as_view(), name="inbox_mail"),
    path("inbox/<int:pk>/body/", inbox.InboxBody.as_view(), name="inbox_body"),
    path("inbox/<int:pk>/source/", inbox.InboxRaw.as_view(), name="inbox_raw"),
    path("erase/", erasure.ErasePerson.as_view(), name="erase"),
    path("hold/", hold.HoldPage.as_view(), name="hold"),
    path("hold/release/", hold.Release.as_view(), name="release"),
    path("hold/drop/", hold.DropWaiting.as_view(), name="drop_waiting"),
    path("zone/<int:pk>/publish/", zone.PublishZone.as_view(), name="publish_zone"),
    path("zone/<int:pk>/unpublish/", zone.UnpublishZone.as_view(), name="unpublish_zone"),
]
