"""The ladder that an escalation climbs, as arithmetic. Knows no Django."""
