from operations.models.heartbeat import Heartbeat
from operations.models.idempotency import IdempotencyRecord
from operations.models.user import User, UserManager

__all__ = ["Heartbeat", "IdempotencyRecord", "User", "UserManager"]
