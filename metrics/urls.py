from django.urls import path

from metrics.views.comments import comment
from metrics.views.exports import rows_csv, series_csv, series_json
from metrics.views.metric_list import metric_list, metric_list_csv, metric_list_json
from metrics.views.metric_page import metric_page
from metrics.views.rebase import rebase
from metrics.views.reports import report, report_csv, report_json, report_list, report_new
from metrics.views.scorecard import scorecard, scorecard_csv, scorecard_json

app_name = "metrics"
urlpatterns = [
    path("reports/", report_list, name="reports"),
    path("reports/<uuid:uuid>/", report, name="report"),
    path("reports/<uuid:uuid>.json", report_json, name="report_json"),
    path("reports/<uuid:uuid>.csv", report_csv, name="report_csv"),
    path("", metric_list, name="metrics"),
    path("metric-list.csv", metric_list_csv, name="metrics_csv"),  # No key has a hyphen.
    path("metric-list.json", metric_list_json, name="metrics_json"),
    path("scorecard/", scorecard, name="scorecard"),
    path("scorecard.csv", scorecard_csv, name="scorecard_csv"),
    path("scorecard.json", scorecard_json, name="scorecard_json"),
    path("<slug:key>/", metric_page, name="metric"),
    path("<slug:key>.csv", series_csv, name="series_csv"),
    path("<slug:key>.json", series_json, name="series_json"),
    path("<slug:key>/rows.csv", rows_csv, name="rows_csv"),
    path("<slug:key>/comment/", comment, name="comment"),
    path("<slug:key>/rebase/", rebase, name="rebase"),
    path("<slug:key>/report/", report_new, name="report_new"),
]
