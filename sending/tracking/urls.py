"""The addresses that travel in mails; links.py writes them, so neither changes without the other."""

from django.urls import path

from sending.tracking.views import Click, Pixel, Unsubscribe

app_name = "tracking"
urlpatterns = [
    path("t/o/<str:token>", Pixel.as_view(), name="pixel"),
    path("t/c/<str:token>", Click.as_view(), name="click"),
    path("u/<str:token>", Unsubscribe.as_view(), name="unsubscribe"),
]
