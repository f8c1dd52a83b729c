from support.api.people import CustomerViews, TeamViews
from support.api.tickets import TicketEventViews, TicketViews

ROUTES = {
    "tickets": TicketViews,
    "ticket-events": TicketEventViews,
    "customers": CustomerViews,
    "teams": TeamViews,
}
