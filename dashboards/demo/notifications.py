"""What the people of the demo company were told, and one message that did not arrive."""

from datetime import timedelta

from dashboards.demo.people import People
from dashboards.demo.story import Story
from operations.models import MessageState, OutboxMessage, WebhookEndpoint
from operations.services.inbox import mark_read
from operations.services.notifications import Notice, notify

_NOTICES = (
    (52, "critical", "Checkout widget is down", "Three checks of production confirm it.", "/integrations/?state=down"),
    (30, "normal", "Backlog is above its limit", "Open tickets left their control limits.", "/metrics/ticket_backlog/"),
    (26, "normal", "A certificate ends in 14 days", "Renew it before customers notice.", "/ledger/"),
    (5, "normal", "Monthly report is ready", "Values as believed at the close of the month.", "/metrics/reports/"),
    (2, "normal", "A dispute waits for your decision", "The partner answered the second notice.", "/integrations/"),
)
_READ_AFTER = timedelta(hours=25)


def add_notifications(story: Story, people: People) -> None:
    """Save notices to the COO and operations, the older ones read, and an endpoint that answered once too often."""
    told = [user.pk for user in (people.coo, *people.by_role["operations"])]
    for number, (hours, severity, title, text, url) in enumerate(_NOTICES):
        at = story.now - timedelta(hours=hours)
        notice = Notice(event=f"demo:{number}", title=title, text=text, url=url, severity=severity)
        notify(notice=notice, to=told, at=at)
        if timedelta(hours=hours) > _READ_AFTER:
            for user_id in told:
                mark_read(user_id=user_id, at=at + timedelta(minutes=20))
    endpoint = WebhookEndpoint.objects.create(
        name="Old on-call tool",
        kind="signed",
        url="https://oncall.example.com/hooks/operations",
        secret_name="ONCALL",  # noqa: S106
        disabled_at=story.now - timedelta(days=1),
        disabled_reason="It answered that it is gone.",
    )
    OutboxMessage.objects.create(
        event="demo:0",
        endpoint=endpoint,
        channel="webhook",
        title=_NOTICES[0][2],
        severity="critical",
        state=MessageState.DEAD,
        attempts=1,
        last_error="answered 410",
        created_at=story.now - timedelta(days=1),
    )
