from django.urls import path

from partnerships.views.actions import (
    check_pause,
    check_resume,
    integration_now,
    integration_tier,
    poll_check,
    poll_integration,
)
from partnerships.views.detail_page import integration
from partnerships.views.list_page import integrations, integrations_csv

app_name = "partnerships"
urlpatterns = [
    path("", integrations, name="integrations"),
    path("integrations.csv", integrations_csv, name="integrations_csv"),
    path("<slug:slug>/", integration, name="integration"),
    path("<slug:slug>/now/", integration_now, name="integration_now"),
    path("<slug:slug>/poll/", poll_integration, name="poll_integration"),
    path("<slug:slug>/tier/", integration_tier, name="integration_tier"),
    path("<slug:slug>/checks/<int:pk>/poll/", poll_check, name="poll_check"),
    path("<slug:slug>/checks/<int:pk>/pause/", check_pause, name="check_pause"),
    path("<slug:slug>/checks/<int:pk>/resume/", check_resume, name="check_resume"),
]
