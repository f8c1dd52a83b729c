from django.urls import path

from support.views.feedback import feedback

app_name = "feedback"
urlpatterns = [path("<str:token>/", feedback, name="feedback")]
