"""p charts: limits of a share whose sample size varies.

Montgomery, Introduction to Statistical Quality Control, section 7.2; NIST/SEMATECH e-Handbook, section 6.3.3.2. The
centre is pooled, p̄ = Σ counts / Σ n, and each sample has limits of its own, p̄ ± 3 √(p̄ (1 − p̄) / n).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

SIGMAS = 3


@dataclass(frozen=True)
class Sample:
    """How many of `n` had what is counted."""

    count: int
    n: int

    @property
    def share(self) -> float | None:
        """The part that had it; None of nothing."""
        return self.count / self.n if self.n else None


def pooled_share(samples: Sequence[Sample]) -> float | None:
    """The centre p̄ over all samples; None where they are empty."""
    n = sum(sample.n for sample in samples)
    return sum(sample.count for sample in samples) / n if n else None


def p_limits(centre: float, n: int) -> tuple[float, float]:
    """The lower and upper limit of a sample of `n`, cut at 0 and 1; `n` is above 0."""
    reach = SIGMAS * math.sqrt(centre * (1 - centre) / n)
    return max(centre - reach, 0.0), min(centre + reach, 1.0)
