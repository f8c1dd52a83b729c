from django.urls import path

from dashboards.views.data_health import data_health
from dashboards.views.overview import overview
from dashboards.views.search import search

app_name = "dashboards"
urlpatterns = [
    path("", overview, name="overview"),
    path("search/", search, name="search"),
    path("data-health/", data_health, name="data_health"),
]
