from foundation.states import TonedChoices


class ClockMetric(TonedChoices):
    """What is timed on a ticket."""

    FIRST_REPLY = "first_reply", "none", "First reply"
    NEXT_REPLY = "next_reply", "none", "Next reply"
    PERIODIC_UPDATE = "periodic_update", "none", "Periodic update"
    REQUESTER_WAIT = "requester_wait", "none", "Requester's wait"
    AGENT_WORK = "agent_work", "none", "Agents' work"
    FIRST_RESOLUTION = "first_resolution", "none", "First resolution"
    FULL_RESOLUTION = "full_resolution", "none", "Full resolution"
    CUSTOMER_WAIT = "customer_wait", "none", "Resolution, customer's waits left out"


class ClockState(TonedChoices):
    """Whether a clock is going."""

    RUNNING = "running", "open", "Running"
    PAUSED = "paused", "none", "Paused"
    FULFILLED = "fulfilled", "done", "Fulfilled"
    CANCELLED = "cancelled", "none", "Cancelled"
