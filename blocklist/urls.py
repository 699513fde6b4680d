"""The URLs of the blocklist."""

from django.urls import path

from blocklist.views import custom, lists, look_up

app_name = "blocklist"
urlpatterns = [
    path("", lists.Blocklist.as_view(), name="list"),
    path("look-up/", look_up.LookUpAddress.as_view(), name="look_up"),
    path("add/", custom.AddBlock.as_view(), name="add"),
    path("import/", custom.ImportBlocks.as_view(), name="import"),
    path("whitelist/", look_up.WhitelistAddress.as_view(), name="whitelist"),
    path("unwhitelist/", look_up.UnwhitelistAddress.as_view(), name="unwhitelist"),
    path("bulk/", lists.BulkBlocks.as_view(), name="bulk"),
    path("<int:pk>/expiry/", custom.ChangeBlockExpiry.as_view(), name="expiry"),
    path("<int:pk>/remove/", lists.RemoveBlock.as_view(), name="remove"),
]
