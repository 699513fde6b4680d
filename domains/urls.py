"""The addresses of this app."""

from django.urls import path

from domains import views

app_name = "domains"
urlpatterns = [
    path("domains/", views.Domains.as_view(), name="list"),
    path("domains/new/", views.CreateDomain.as_view(), name="create"),
    path("domains/<int:pk>/", views.Detail.as_view(), name="detail"),
    path("domains/<int:pk>/verify/", views.Verify.as_view(), name="verify"),
    path("domains/<int:pk>/key/", views.ChangeKey.as_view(), name="change_key"),
    path("domains/<int:pk>/delete/", views.DeleteDomain.as_view(), name="delete"),
    path("addresses/", views.Addresses.as_view(), name="addresses"),
    path("addresses/new/", views.CreateAddress.as_view(), name="address_create"),
    path("addresses/<int:pk>/delete/", views.DeleteAddress.as_view(), name="address_delete"),
]
