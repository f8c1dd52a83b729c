"""What makes a check unusable before it is ever probed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation.fetching.build import build_policy
from foundation.fetching.secrets import secret_problem
from foundation.fetching.transport import BlockedTargetError
from foundation.fetching.urls import parse_target
from operations.models import User
from partnerships.probes.base import Problem
from partnerships.probes.registry import UnknownProbeError, get_probe

ANNOUNCING_KINDS = frozenset({"statuspage"})
"""Kinds whose feeds list maintenance ahead."""
MAY_APPROVE = "partnerships.change_maintenance"
VOUCHED = ("maintenance_approver", "integration", "kind", "url", "config")
"""What somebody answers for in whose name a feed plans maintenance."""


def list_check_problems(*, kind: str, url: str, config: Any, counts_for_uptime: bool) -> list[Problem]:
    """What is wrong with a check, as (field, message): a URL that may not be fetched, settings its kind lacks.

    What a partner says of itself must not count for uptime: it corroborates what we measure and never decides it.
    """
    try:
        probe = get_probe(kind)
    except UnknownProbeError:
        return [("kind", "There is no such kind.")]
    problems = _url_problems(url, probe.schemes)
    target = None if problems or not probe.schemes else parse_target(url, policy=build_policy(), schemes=probe.schemes)
    if probe.is_vendor_feed and counts_for_uptime:
        problems.append(
            ("counts_for_uptime", "Switch this off: what a partner says of itself is no measurement of ours.")
        )
    if not isinstance(config, Mapping):
        return [*problems, ("config", "Must be an object.")]
    wrong = probe.validate(config)
    if not wrong and target is not None:
        found = {name: secret_problem(text, host=target.host) for name, text in config.get("headers", {}).items()}
        wrong = [("headers", f"{name}: {problem}") for name, problem in found.items() if problem]
    return problems + [("config", f"{name}: {message}") for name, message in wrong]


def list_approver_problems(*, stored: Mapping[str, Any], wanted: Mapping[str, Any], by: User) -> list[Problem]:
    """What is wrong with in whose name a feed plans maintenance, where `by` sets `wanted` in place of `stored`.

    Both hold what is vouched for; nothing is stored of a new check. People answer for themselves alone, and for the
    feed that they saw: not for an address that somebody else types later.
    """
    approver: User | None = wanted["maintenance_approver"]
    if approver is None or (stored and all(stored[name] == wanted[name] for name in VOUCHED)):
        return []
    if wanted["kind"] not in ANNOUNCING_KINDS:
        problem = "Leave this empty: this kind of check announces no maintenance."
    elif not approver.has_perm(MAY_APPROVE):
        problem = f"{approver.name} may not approve maintenance; choose somebody who may."
    elif approver.pk != by.pk:
        problem = "Name yourself or nobody: people answer for themselves alone, and for a feed as they saw it."
    else:
        return []
    return [("maintenance_approver", problem)]


def _url_problems(url: str, schemes: tuple[str, ...]) -> list[Problem]:
    if not schemes:
        return [("url", "This kind takes no URL: the partner calls us.")] if url else []
    try:
        parse_target(url, policy=build_policy(), schemes=schemes)
    except BlockedTargetError as error:
        return [("url", f"Cannot be fetched: {error}.")]
    return []
