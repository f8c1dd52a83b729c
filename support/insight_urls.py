"""Pages of what tickets teach."""

from django.urls import path

from support.views.insight_actions import change_new, insight_action, insight_new
from support.views.insight_board import board
from support.views.insight_page import insight
from support.views.needs import needs, needs_csv

app_name = "insights"
urlpatterns = [
    path("", board, name="board"),
    path("needs/", needs, name="needs"),
    path("needs.csv", needs_csv, name="needs_csv"),
    path("new/", insight_new, name="insight_new"),
    path("<key:pk>/", insight, name="insight"),
    path("<key:pk>/act/", insight_action, name="insight_action"),
    path("<key:pk>/changes/new/", change_new, name="change_new"),
]
