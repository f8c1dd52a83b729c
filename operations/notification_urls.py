from django.urls import URLPattern, path

from operations.views import inbox, outbox

app_name = "notifications"
urlpatterns: list[URLPattern] = [
    path("", inbox.inbox, name="inbox"),
    path("read/", inbox.read_all, name="read_all"),
    path("settings/", inbox.preferences, name="settings"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/dismiss/", outbox.dismiss, name="dismiss"),
    path("outbox/replay/", outbox.replay, name="replay"),
    path("<key:pk>/", inbox.open_notification, name="open"),
]
