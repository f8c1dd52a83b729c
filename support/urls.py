from django.urls import path

from support.views.actions import ticket_assign, ticket_message, ticket_new, ticket_state
from support.views.queue import ticket_list, tickets_csv
from support.views.ticket import ticket

app_name = "support"
urlpatterns = [
    path("", ticket_list, name="tickets"),
    path("tickets.csv", tickets_csv, name="tickets_csv"),
    path("new/", ticket_new, name="ticket_new"),
    path("<int:pk>/", ticket, name="ticket"),
    path("<int:pk>/state/", ticket_state, name="ticket_state"),
    path("<int:pk>/assign/", ticket_assign, name="ticket_assign"),
    path("<int:pk>/message/", ticket_message, name="ticket_message"),
]
