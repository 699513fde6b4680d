"""The addresses that travel in mails; links.py writes them, so neither changes without the other."""

from django.urls import path

from sending.tracking.views import ClickView, PixelView, UnsubscribeView

app_name = "tracking"
urlpatterns = [
    path("t/o/<str:token>", PixelView.as_view(), name="pixel"),
    path("t/c/<str:token>", ClickView.as_view(), name="click"),
    path("u/<str:token>", UnsubscribeView.as_view(), name="unsubscribe"),
]
