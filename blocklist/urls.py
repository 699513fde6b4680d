"""The blocklist's addresses."""

from django.urls import path

from blocklist import views

app_name = "blocklist"
urlpatterns = [
    path("", views.Blocks.as_view(), name="list"),
    path("look-up/", views.LookUp.as_view(), name="look_up"),
    path("add/", views.Add.as_view(), name="add"),
    path("import/", views.Import.as_view(), name="import"),
    path("whitelist/", views.Whitelist.as_view(), name="whitelist"),
    path("unwhitelist/", views.Unwhitelist.as_view(), name="unwhitelist"),
    path("<int:pk>/expiry/", views.Expiry.as_view(), name="expiry"),
    path("<int:pk>/remove/", views.Remove.as_view(), name="remove"),
]
