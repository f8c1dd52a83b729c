"""The clocks of a ticket, derived from what happened to it. No database here."""
