"""Pure rules of health: from results to states, and from states to uptime. No database, no clock."""
