"""The time zones that people may choose."""

from zoneinfo import available_timezones

NO_PLACES = {"localtime", "posixrules", "Factory"}
"""Names of the database that mean the server's own clock, or nothing."""


def list_zones() -> set[str]:
    """The names of the IANA zones."""
    return available_timezones() - NO_PLACES
