"""Where partners call us."""

from django.urls import path

from partnerships.views.heartbeat import beat

app_name = "heartbeats"
urlpatterns = [path("<str:key>", beat, name="beat")]
