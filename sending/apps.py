from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class SendingConfig(AppConfig):
    name = "sending"
    verbose_name = gettext_lazy("Sending")
