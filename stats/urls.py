"""The URLs of the overview and the statistics."""

from django.urls import path

from stats.dashboard import Dashboard
from stats.forms import FigureFilters, LiveFilters
from stats.pages import PAGES
from stats.views import ChartPage, OverviewPage

app_name = "stats"
urlpatterns = [
    path("", Dashboard.as_view(), name="dashboard"),
    path("statistics/overview/", OverviewPage.as_view(), name="overview"),
    *(
        path(
            f"statistics/{name}/",
            ChartPage.as_view(
                definition=page,
                title=page.title,
                nav=f"stats:{name}",
                filters_class=LiveFilters if page.live_minutes else FigureFilters,
            ),
            name=name,
        )
        for name, page in PAGES.items()
    ),
]
