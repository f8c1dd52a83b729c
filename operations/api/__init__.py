from operations.api.people import UserViews
from operations.api.records import AuditEntryViews, HeartbeatViews, IdempotencyRecordViews

ROUTES = {
    "users": UserViews,
    "heartbeats": HeartbeatViews,
    "idempotency-records": IdempotencyRecordViews,
    "audit-entries": AuditEntryViews,
}
