"""Pages of launches."""

from django.urls import path

from partnerships.views.launch_list import launch_new, launches, launches_csv
from partnerships.views.launch_page import launch, launch_action

app_name = "launches"
urlpatterns = [
    path("", launches, name="launches"),
    path("launches.csv", launches_csv, name="launches_csv"),
    path("new/", launch_new, name="launch_new"),
    path("<key:pk>/", launch, name="launch"),
    path("<key:pk>/act/", launch_action, name="launch_action"),
]
