"""Pages of playbooks."""

from django.urls import path

from operations.views.playbooks import playbook, playbook_list

app_name = "playbooks"
urlpatterns = [
    path("", playbook_list, name="playbooks"),
    path("<slug:key>/", playbook, name="playbook"),
]
