"""The URLs of sender domains and sender addresses."""

from django.urls import path

from domains.views import addresses, domains

app_name = "domains"
urlpatterns = [
    path("domains/", domains.SenderDomainList.as_view(), name="list"),
    path("domains/new/", domains.CreateDomain.as_view(), name="create"),
    path("domains/<int:pk>/", domains.SenderDomainDetail.as_view(), name="detail"),
    path("domains/<int:pk>/verify/", domains.VerifyDomain.as_view(), name="verify"),
    path("domains/<int:pk>/key/", domains.ChangeDkimKey.as_view(), name="change_key"),
    path("domains/<int:pk>/delete/", domains.DeleteDomain.as_view(), name="delete"),
    path("addresses/", addresses.SenderAddressList.as_view(), name="addresses"),
    path("addresses/new/", addresses.CreateAddress.as_view(), name="address_create"),
    path("addresses/bulk/", addresses.BulkAddresses.as_view(), name="addresses_bulk"),
    path("addresses/<int:pk>/delete/", addresses.DeleteAddress.as_view(), name="address_delete"),
]
