"""The kinds of probe, found by looking into the package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from partnerships import probes
from partnerships.probes.base import Listener, Probe


class UnknownProbeError(LookupError):
    """No module of the package defines this kind."""


@cache
def list_probes() -> dict[str, Probe | Listener]:
    """Every kind by its key, in order of keys."""
    found: dict[str, Probe | Listener] = {}
    for module_info in pkgutil.iter_modules(probes.__path__):
        module = importlib.import_module(f"{probes.__name__}.{module_info.name}")
        probe: Probe | Listener | None = getattr(module, "PROBE", None)
        if probe is not None:
            if probe.kind in found:
                raise RuntimeError(f"two probes of kind {probe.kind!r}")
            found[probe.kind] = probe
    return dict(sorted(found.items()))


def list_kinds() -> list[tuple[str, str]]:
    """Every kind and its label, as choices of a form."""
    return [(kind, probe.label) for kind, probe in list_probes().items()]


def get_probe(kind: str) -> Probe | Listener:
    """The probe of a kind; raises UnknownProbeError."""
    try:
        return list_probes()[kind]
    except KeyError:
        raise UnknownProbeError(kind) from None
