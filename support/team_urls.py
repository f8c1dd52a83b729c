"""Pages of how the team works."""

from django.urls import path

from support.views.quality import review_new, review_read, training_new
from support.views.team import mine, person, team

app_name = "team"
urlpatterns = [
    path("", team, name="team"),
    path("me/", mine, name="mine"),
    path("samples/<key:pk>/", review_new, name="review_new"),
    path("reviews/<key:pk>/read/", review_read, name="review_read"),
    path("trainings/new/", training_new, name="training_new"),
    path("<key:pk>/", person, name="person"),
]
