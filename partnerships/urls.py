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
from partnerships.views.overlays import (
    adjustment_approve,
    adjustment_new,
    adjustment_reject,
    maintenance_approve,
    maintenance_cancel,
    maintenance_new,
)
from partnerships.views.slo_form import slo_new
from partnerships.views.slo_list import slos, slos_csv

app_name = "partnerships"
urlpatterns = [
    path("", integrations, name="integrations"),
    path("integrations.csv", integrations_csv, name="integrations_csv"),
    path("slos/", slos, name="slos"),
    path("slos.csv", slos_csv, name="slos_csv"),
    path("<slug:slug>/", integration, name="integration"),
    path("<slug:slug>/now/", integration_now, name="integration_now"),
    path("<slug:slug>/poll/", poll_integration, name="poll_integration"),
    path("<slug:slug>/tier/", integration_tier, name="integration_tier"),
    path("<slug:slug>/slo/", slo_new, name="slo_new"),
    path("<slug:slug>/maintenance/new/", maintenance_new, name="maintenance_new"),
    path("<slug:slug>/maintenance/<key:pk>/approve/", maintenance_approve, name="maintenance_approve"),
    path("<slug:slug>/maintenance/<key:pk>/cancel/", maintenance_cancel, name="maintenance_cancel"),
    path("<slug:slug>/adjustments/new/", adjustment_new, name="adjustment_new"),
    path("<slug:slug>/adjustments/<key:pk>/approve/", adjustment_approve, name="adjustment_approve"),
    path("<slug:slug>/adjustments/<key:pk>/reject/", adjustment_reject, name="adjustment_reject"),
    path("<slug:slug>/checks/<key:pk>/poll/", poll_check, name="poll_check"),
    path("<slug:slug>/checks/<key:pk>/pause/", check_pause, name="check_pause"),
    path("<slug:slug>/checks/<key:pk>/resume/", check_resume, name="check_resume"),
]
