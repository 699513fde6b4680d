from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class TemplatesConfig(AppConfig):
    name = "templates_app"
    verbose_name = gettext_lazy("Templates")
