"""The URLs of the blocklist."""

from django.urls import path

from blocklist import views

app_name = "blocklist"
urlpatterns = [
    path("", views.Blocklist.as_view(), name="list"),
    path("look-up/", views.LookUpAddress.as_view(), name="look_up"),
    path("add/", views.AddBlock.as_view(), name="add"),
    path("import/", views.ImportBlocks.as_view(), name="import"),
    path("whitelist/", views.WhitelistAddress.as_view(), name="whitelist"),
    path("unwhitelist/", views.UnwhitelistAddress.as_view(), name="unwhitelist"),
    path("<int:pk>/expiry/", views.ChangeBlockExpiry.as_view(), name="expiry"),
    path("<int:pk>/remove/", views.RemoveBlock.as_view(), name="remove"),
]
