"""Pages about partners."""

from django.urls import path

from partnerships.views.agreement_page import agreement, agreement_action, agreement_document
from partnerships.views.partner_actions import partner_stage, review
from partnerships.views.partner_experiments import experiments, signoff_new, signoff_step
from partnerships.views.partner_list import partners, partners_csv
from partnerships.views.partner_page import partner

app_name = "partners"
urlpatterns = [
    path("", partners, name="partners"),
    path("partners.csv", partners_csv, name="partners_csv"),
    path("experiments/", experiments, name="experiments"),
    path("experiments/hypotheses/<key:pk>/", signoff_new, name="signoff_new"),
    path("experiments/<key:pk>/", signoff_step, name="signoff_step"),
    path("<slug:slug>/", partner, name="partner"),
    path("<slug:slug>/stage/", partner_stage, name="partner_stage"),
    path("<slug:slug>/reviews/<key:pk>/", review, name="review"),
    path("<slug:slug>/agreements/<key:pk>/", agreement, name="agreement"),
    path("<slug:slug>/agreements/<key:pk>/change/", agreement_action, name="agreement_action"),
    path("<slug:slug>/agreements/<key:pk>/<key:number>/", agreement_document, name="agreement_document"),
]
