"""The rules of incidents: pure tables and functions, no queries."""
