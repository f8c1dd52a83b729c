from operations.admin import calendars, escalation_rules, escalations, notifications, people, playbooks

__all__ = ["calendars", "escalation_rules", "escalations", "notifications", "people", "playbooks"]
