from django.urls import path

from metrics.views.experiments.hypotheses import (
    funnel_csv,
    funnel_json,
    funnel_page,
    hypothesis_list,
    hypothesis_list_csv,
)
from metrics.views.experiments.hypothesis import hypothesis_action, hypothesis_page
from metrics.views.experiments.listing import experiment_list, experiment_list_csv, experiment_list_json
from metrics.views.experiments.page import experiment_action, experiment_csv, experiment_json, experiment_page

app_name = "experiments"
urlpatterns = [
    path("", experiment_list, name="experiments"),
    path("all.csv", experiment_list_csv, name="experiments_csv"),
    path("all.json", experiment_list_json, name="experiments_json"),
    path("hypotheses/", hypothesis_list, name="hypotheses"),
    path("hypotheses.csv", hypothesis_list_csv, name="hypotheses_csv"),
    path("hypotheses/<slug:key>/", hypothesis_page, name="hypothesis"),
    path("hypotheses/<slug:key>/act/", hypothesis_action, name="hypothesis_action"),
    path("funnels/<slug:key>/", funnel_page, name="funnel"),
    path("funnels/<slug:key>.csv", funnel_csv, name="funnel_csv"),
    path("funnels/<slug:key>.json", funnel_json, name="funnel_json"),
    path("<slug:key>/", experiment_page, name="experiment"),
    path("<slug:key>.csv", experiment_csv, name="experiment_csv"),
    path("<slug:key>.json", experiment_json, name="experiment_json"),
    path("<slug:key>/act/", experiment_action, name="experiment_action"),
]
