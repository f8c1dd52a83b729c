from django.urls import path

from operations.views.escalation_actions import escalation_action, escalation_new
from operations.views.escalation_list import escalations, escalations_csv
from operations.views.escalation_page import escalation
from operations.views.escalation_rules import rule, rule_delete, rule_new, rules

app_name = "escalations"
urlpatterns = [
    path("", escalations, name="escalations"),
    path("escalations.csv", escalations_csv, name="escalations_csv"),
    path("new/", escalation_new, name="escalation_new"),
    path("rules/", rules, name="rules"),
    path("rules/new/", rule_new, name="rule_new"),
    path("rules/<key:pk>/", rule, name="rule"),
    path("rules/<key:pk>/delete/", rule_delete, name="rule_delete"),
    path("<key:pk>/", escalation, name="escalation"),
    path("<key:pk>/<slug:action>/", escalation_action, name="escalation_action"),
]
