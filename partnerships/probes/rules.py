"""What makes a check unusable before it is ever probed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partnerships.fetching.build import build_policy
from partnerships.fetching.transport import BlockedTargetError
from partnerships.fetching.urls import parse_target
from partnerships.probes.base import Problem
from partnerships.probes.registry import UnknownProbeError, get_probe


def list_check_problems(*, kind: str, url: str, config: Any, counts_for_uptime: bool) -> list[Problem]:
    """What is wrong with a check, as (field, message): a URL that may not be fetched, settings its kind lacks.

    What a partner says of itself must not count for uptime: it corroborates what we measure and never decides it.
    """
    try:
        probe = get_probe(kind)
    except UnknownProbeError:
        return [("kind", "There is no such kind.")]
    problems = _url_problems(url, probe.schemes)
    if probe.is_vendor_feed and counts_for_uptime:
        problems.append(
            ("counts_for_uptime", "Switch this off: what a partner says of itself is no measurement of ours.")
        )
    if not isinstance(config, Mapping):
        return [*problems, ("config", "Must be an object.")]
    return problems + [("config", f"{name}: {message}") for name, message in probe.validate(config)]


def _url_problems(url: str, schemes: tuple[str, ...]) -> list[Problem]:
    if not schemes:
        return [("url", "This kind takes no URL: the partner calls us.")] if url else []
    try:
        parse_target(url, policy=build_policy(), schemes=schemes)
    except BlockedTargetError as error:
        return [("url", f"Cannot be fetched: {error}.")]
    return []
