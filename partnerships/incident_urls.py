from django.urls import path

from partnerships.views.incident_actions import (
    incident_affected,
    incident_began,
    incident_merge,
    incident_new,
    incident_note,
    incident_reopen,
    incident_role,
    incident_severity,
    incident_state,
)
from partnerships.views.incident_list import incidents, incidents_csv
from partnerships.views.incident_page import incident
from partnerships.views.incident_record_actions import (
    incident_action_end,
    incident_cause,
    incident_draft,
    incident_fault,
    incident_finish,
    incident_link_step,
    incident_message_step,
    incident_plan,
    incident_post_mortem,
)
from partnerships.views.partner_honesty import honesty, honesty_csv

app_name = "incidents"
urlpatterns = [
    path("", incidents, name="incidents"),
    path("incidents.csv", incidents_csv, name="incidents_csv"),
    path("new/", incident_new, name="incident_new"),
    path("honesty/", honesty, name="honesty"),
    path("honesty.csv", honesty_csv, name="honesty_csv"),
    path("<key:pk>/", incident, name="incident"),
    path("<key:pk>/state/", incident_state, name="incident_state"),
    path("<key:pk>/note/", incident_note, name="incident_note"),
    path("<key:pk>/severity/", incident_severity, name="incident_severity"),
    path("<key:pk>/began/", incident_began, name="incident_began"),
    path("<key:pk>/role/", incident_role, name="incident_role"),
    path("<key:pk>/affected/", incident_affected, name="incident_affected"),
    path("<key:pk>/merge/", incident_merge, name="incident_merge"),
    path("<key:pk>/reopen/", incident_reopen, name="incident_reopen"),
    path("<key:pk>/draft/", incident_draft, name="incident_draft"),
    path("<key:pk>/fault/", incident_fault, name="incident_fault"),
    path("<key:pk>/post-mortem/", incident_post_mortem, name="incident_post_mortem"),
    path("<key:pk>/cause/", incident_cause, name="incident_cause"),
    path("<key:pk>/plan/", incident_plan, name="incident_plan"),
    path("<key:pk>/finish/", incident_finish, name="incident_finish"),
    path("<key:pk>/messages/<key:number>/<slug:step>/", incident_message_step, name="incident_message_step"),
    path("<key:pk>/pairs/<key:number>/<slug:step>/", incident_link_step, name="incident_link_step"),
    path("<key:pk>/actions/<key:number>/", incident_action_end, name="incident_action_end"),
]
