"""Periods in words."""

from datetime import date

from metrics.models import Grain


def period_name(start: date, grain: str, *, week_start: int = 0) -> str:
    """Week 46, November 2026, Q3 from Jul 2026, 2026 …; weeks that do not begin on Monday by their first day."""
    if grain == Grain.WEEK:
        return f"week {start.isocalendar().week}" if week_start == 0 else f"week of {start.day} {start:%b}"
    if grain == Grain.DAY:
        return f"{start.day} {start:%b %Y}"
    if grain == Grain.MONTH:
        return f"{start:%B %Y}"
    if grain == Grain.QUARTER:
        return f"quarter from {start:%b %Y}"
    return f"year from {start:%b %Y}" if grain == Grain.YEAR else "whole history"


def short_week(start: date, week_start: int) -> str:
    """W46, or 9 Nov where weeks do not begin on Monday."""
    return f"W{start.isocalendar().week}" if week_start == 0 else f"{start.day} {start:%b}"


def day_name(day: date, *, today: date) -> str:
    """31 Jan, with the year where it is not this one's."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
