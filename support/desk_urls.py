"""The page of the whole desk."""

from django.urls import path

from support.views.overview import overview

app_name = "desk"
urlpatterns = [path("", overview, name="overview")]
