"""pass@k: the chance that of k samples at least one is right. Pure.

Of n samples of a problem c were right. ``1 - C(n - c, k) / C(n, k)`` is the unbiased estimate
("Evaluating Large Language Models Trained on Code", 2021); the usual ``1 - (1 - c / n) ** k`` is
too low.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, fsum


@dataclass(frozen=True, slots=True)
class Tally:
    """One problem: how many samples, and how many of them were right."""

    samples: int
    right: int


def pass_at_k(tally: Tally, k: int) -> float:
    """The estimate for one problem.

    Raises:
        ValueError: there are fewer samples than ``k``, so that nothing can be said.
    """
    if not 1 <= k <= tally.samples:
        raise ValueError(f"pass@{k} cannot be told from {tally.samples} samples")
    # Whole numbers are exact, and Python's have any size.
    chosen, failing = comb(tally.samples, k), comb(tally.samples - tally.right, k)
    return (chosen - failing) / chosen


def mean_pass_at_k(tallies: Sequence[Tally], ks: Iterable[int]) -> dict[int, float]:
    """The mean over problems, for those ``ks`` for which every problem has enough samples."""
    least = min((tally.samples for tally in tallies), default=0)
    return {
        k: fsum(pass_at_k(tally, k) for tally in tallies) / len(tallies)
        for k in sorted(set(ks))
        if 1 <= k <= least
    }
