from django.urls import path

from metrics.views.exports import rows_csv, series_csv
from metrics.views.pages import metric_list, metric_page

app_name = "metrics"
urlpatterns = [
    path("", metric_list, name="metrics"),
    path("<slug:key>/", metric_page, name="metric"),
    path("<slug:key>.csv", series_csv, name="series_csv"),
    path("<slug:key>/rows.csv", rows_csv, name="rows_csv"),
]
