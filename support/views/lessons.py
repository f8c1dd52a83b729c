"""“What tickets teach” on the page of the desk."""

from datetime import datetime
from typing import Any

from foundation.words import MINUS, figure
from support.models import InsightState
from support.selectors.lessons import Lesson, list_lessons
from support.views.insight_words import hours

_FEW = 5
"""Below so many tickets in both spans a difference says little."""


def show_lessons(at: datetime) -> list[dict[str, Any]]:
    """The rows of the table."""
    return [_row(lesson) for lesson in list_lessons(at=at)]


def _row(lesson: Lesson) -> dict[str, Any]:
    insight, change = lesson.insight, lesson.change
    return {
        "name": lesson.name,
        "tickets": figure(lesson.tickets, 0),
        "customers": figure(lesson.customers, 0),
        "work": hours(lesson.minutes),
        "trend": trend(lesson.tickets, lesson.before),
        "insight": insight,
        "state": insight.get_state_display().lower() if insight else "",
        "tone": InsightState.tone_of(insight.state) if insight else "none",
        "change": change.title if change else "",
        "check": change.check_on if change else None,
    }


def trend(now: int, before: int) -> str:
    """How the number compares with that of the span before: ↑ 40 %, ↓ 12 %, =, new; a dash for few."""
    if now + before < _FEW:
        return "–"
    if not before:
        return "new"
    share = round(100 * (now - before) / before)
    if not share:
        return "="
    return f"↑ {figure(share, 0)} %" if share > 0 else f"↓ {figure(-share, 0)} %".replace(MINUS, "")
