from django.urls import path

from dashboards.views.data_health import data_health, data_health_csv, data_health_json
from dashboards.views.overview import overview
from dashboards.views.search import search

app_name = "dashboards"
urlpatterns = [
    path("", overview, name="overview"),
    path("search/", search, name="search"),
    path("data-health/", data_health, name="data_health"),
    path("data-health.csv", data_health_csv, name="data_health_csv"),
    path("data-health.json", data_health_json, name="data_health_json"),
]
