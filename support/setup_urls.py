"""Pages of set-up cases."""

from django.urls import path

from support.views.setup_cases import setup_case, setup_case_action, setup_case_list, setup_cases_csv

app_name = "setup_cases"
urlpatterns = [
    path("", setup_case_list, name="cases"),
    path("setup-cases.csv", setup_cases_csv, name="cases_csv"),
    path("<key:pk>/", setup_case, name="case"),
    path("<key:pk>/act/", setup_case_action, name="case_action"),
]
