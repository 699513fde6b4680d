"""The addresses of this app."""

from django.urls import path

from domains.views import addresses, domains

app_name = "domains"
urlpatterns = [
    path("domains/", domains.Domains.as_view(), name="list"),
    path("domains/new/", domains.CreateDomain.as_view(), name="create"),
    path("domains/<int:pk>/", domains.Detail.as_view(), name="detail"),
    path("domains/<int:pk>/verify/", domains.Verify.as_view(), name="verify"),
    path("domains/<int:pk>/key/", domains.ChangeKey.as_view(), name="change_key"),
    path("domains/<int:pk>/delete/", domains.DeleteDomain.as_view(), name="delete"),
    path("addresses/", addresses.Addresses.as_view(), name="addresses"),
    path("addresses/new/", addresses.CreateAddress.as_view(), name="address_create"),
    path("addresses/<int:pk>/delete/", addresses.DeleteAddress.as_view(), name="address_delete"),
]
