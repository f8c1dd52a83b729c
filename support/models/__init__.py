from support.models.customer import Customer
from support.models.event import EventKind, TicketEvent, Via
from support.models.team import Team
from support.models.ticket import OPEN_STATES, Priority, Ticket, TicketState

__all__ = ["OPEN_STATES", "Customer", "EventKind", "Priority", "Team", "Ticket", "TicketEvent", "TicketState", "Via"]
