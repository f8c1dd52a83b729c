"""Pages of how the team works."""

from django.urls import path

from support.views.team import mine, person, team

app_name = "team"
urlpatterns = [
    path("", team, name="team"),
    path("me/", mine, name="mine"),
    path("<key:pk>/", person, name="person"),
]
