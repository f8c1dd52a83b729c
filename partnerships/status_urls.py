"""What everybody may read of how we are."""

from django.urls import path

from partnerships.views.status_page import status_badge, status_feed, status_page, status_summary

app_name = "status"
urlpatterns = [
    path("", status_page, name="page"),
    path("api/v2/summary.json", status_summary, name="summary"),
    path("badge.svg", status_badge, name="badge"),
    path("feed.atom", status_feed, name="feed"),
]
