"""What the headers of one answer say about an allowance, and how long it lasts.

Read are `X-RateLimit-*` as GitHub sends them, the IETF draft's `RateLimit` and `RateLimit-Policy` and the three headers
it had before, and `Retry-After` of a 429. A number that cannot be is passed over with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from partnerships.ledger.findings import parse_date

DEFAULT = "default"
MAX_LIMIT = 1_000_000_000
MAX_RESET = timedelta(days=40)
TOO_MANY_REQUESTS = 429
_EPOCH_FROM = 1_000_000_000  # A reset that is less is a number of seconds from now.
_NUMBER = re.compile(r"^\s*(\d{1,12})(?:\.0+)?\s*$")
_ITEM = re.compile(r'"?([A-Za-z0-9_.:-]{1,60})"?\s*((?:;\s*[a-z]+\s*=\s*[^;,]+)*)')
_PARAMETER = re.compile(r";\s*([a-z]+)\s*=\s*([^;,\s]+)")
_OLD = re.compile(r"\b(limit|remaining|reset)\s*=\s*([^,;\s]+)")
_PREFIXES = ("x-ratelimit-", "x-rate-limit-", "ratelimit-")


@dataclass(frozen=True)
class QuotaReading:
    """One allowance as one answer told it. What was not told is None."""

    resource: str
    limit: int | None
    remaining: int
    resets_at: datetime | None = None
    window_seconds: int | None = None


@dataclass(frozen=True)
class Quoted:
    """What could be read, and what could not."""

    readings: tuple[QuotaReading, ...] = ()
    warnings: tuple[str, ...] = ()


def read_quota(headers: Mapping[str, str], *, http_status: int | None, seen_at: datetime) -> Quoted:
    """The allowances that one answer tells of; header names are lower case."""
    warnings: list[str] = []
    readings = _read_items(headers, seen_at, warnings) or _read_family(headers, seen_at, warnings)
    if http_status == TOO_MANY_REQUESTS:
        readings = [*readings, *_read_refusal(headers, seen_at, warnings, known=readings)]
    return Quoted(tuple(readings), tuple(warnings))


def _read_family(headers: Mapping[str, str], seen_at: datetime, warnings: list[str]) -> list[QuotaReading]:
    """`…-limit`, `…-remaining` and `…-reset` of one prefix; with GitHub's `…-resource`."""
    for prefix in _PREFIXES:
        remaining = _whole(headers, f"{prefix}remaining", warnings)
        if remaining is not None:
            resource = headers.get(f"{prefix}resource", DEFAULT).strip()[:60] or DEFAULT
            limit = _whole(headers, f"{prefix}limit", warnings)
            reset = _reset(_whole(headers, f"{prefix}reset", warnings), seen_at, warnings)
            return _checked(QuotaReading(resource, limit, remaining, reset), warnings)
    return []


def _read_items(headers: Mapping[str, str], seen_at: datetime, warnings: list[str]) -> list[QuotaReading]:
    """`RateLimit: "default";r=50;t=30` with the policy of the same name, or `limit=…, remaining=…, reset=…`."""
    text = headers.get("ratelimit", "")[:1000]
    old = dict(_OLD.findall(text))
    if "remaining" in old:
        return _read_family({f"ratelimit-{name}": value for name, value in old.items()}, seen_at, warnings)
    policies = {
        name: dict(_PARAMETER.findall(tail)) for name, tail in _ITEM.findall(headers.get("ratelimit-policy", ""))
    }
    readings = []
    for name, tail in _ITEM.findall(text):
        told, policy = dict(_PARAMETER.findall(tail)), policies.get(name, {})
        remaining = _whole(told, "r", warnings)
        if remaining is not None:
            reset = _reset(_whole(told, "t", warnings), seen_at, warnings)
            reading = QuotaReading(name, _whole(policy, "q", warnings), remaining, reset, _whole(policy, "w", warnings))
            readings += _checked(reading, warnings)
    return readings


def _read_refusal(
    headers: Mapping[str, str], seen_at: datetime, warnings: list[str], *, known: list[QuotaReading]
) -> list[QuotaReading]:
    """A 429 says that nothing is left until Retry-After, which is seconds or a date."""
    if any(one.remaining == 0 for one in known):
        return []
    text = headers.get("retry-after", "")
    at = parse_date(text) if text and not _NUMBER.match(text) else None
    resets_at = at or _reset(_whole(headers, "retry-after", warnings), seen_at, warnings)
    return [QuotaReading(known[0].resource if known else DEFAULT, known[0].limit if known else None, 0, resets_at)]


def _checked(reading: QuotaReading, warnings: list[str]) -> list[QuotaReading]:
    limit, window = reading.limit, reading.window_seconds
    if limit is not None and (limit < 1 or limit > MAX_LIMIT or reading.remaining > limit):
        warnings.append(f"{reading.remaining} of {limit} is no allowance.")
        return []
    if reading.remaining > MAX_LIMIT or (window is not None and not 1 <= window <= MAX_RESET.total_seconds()):
        warnings.append(f"{reading.remaining} in {window} s is no allowance.")
        return []
    return [reading]


def _whole(values: Mapping[str, str], name: str, warnings: list[str]) -> int | None:
    """The number under the name; None without one, with a warning for other text."""
    text = values.get(name)
    if text is None:
        return None
    found = _NUMBER.match(text)
    if found is None:
        warnings.append(f"{name} is no number: {text[:40]!r}.")
        return None
    return int(found.group(1))


def _reset(value: int | None, seen_at: datetime, warnings: list[str]) -> datetime | None:
    """The instant of a reset told as seconds from now or since 1970; None where it is none to believe."""
    if value is None:
        return None
    if value < _EPOCH_FROM:
        at = seen_at + min(timedelta(seconds=value), MAX_RESET * 2)
    else:
        at = datetime.fromtimestamp(min(value, 32_503_680_000), UTC)
    if not seen_at - timedelta(hours=1) <= at <= seen_at + MAX_RESET:
        warnings.append(f"A reset at {value} is out of range.")
        return None
    return at


def headroom(*, limit: int | None, remaining: int) -> float | None:
    """The share of the allowance that is left, from 0 to 1; None without a limit, unless nothing is left."""
    if limit is None:
        return 0.0 if remaining == 0 else None
    return remaining / limit


def forecast_exhaustion(
    *, remaining: int, seen_at: datetime, began_remaining: int, began_at: datetime
) -> datetime | None:
    """When nothing is left at the rate of use since `began_at`; None where nothing was used since."""
    used, elapsed = began_remaining - remaining, seen_at - began_at
    if remaining == 0:
        return seen_at
    if used <= 0 or elapsed <= timedelta(0):
        return None
    seconds = elapsed.total_seconds() * remaining / used
    return seen_at + timedelta(seconds=seconds) if seconds <= MAX_RESET.total_seconds() else None


def probing_share(*, probes: int, elapsed: timedelta, window_seconds: int | None, limit: int | None) -> float | None:
    """The share of the allowance that our own probes use: their rate over a window, by the limit."""
    if probes < 2 or elapsed <= timedelta(0) or not window_seconds or not limit:  # noqa: PLR2004
        return None
    return (probes - 1) / elapsed.total_seconds() * window_seconds / limit
