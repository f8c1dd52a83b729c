"""The REST API's router: wiring only, each app brings its own views."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
