"""Pages of the ledger of dates."""

from django.urls import path

from partnerships.views.ledger_entry import entry, entry_action, entry_new
from partnerships.views.ledger_list import ledger, ledger_csv

app_name = "ledger"
urlpatterns = [
    path("", ledger, name="ledger"),
    path("ledger.csv", ledger_csv, name="ledger_csv"),
    path("new/", entry_new, name="entry_new"),
    path("<key:pk>/", entry, name="entry"),
    path("<key:pk>/act/", entry_action, name="entry_action"),
]
