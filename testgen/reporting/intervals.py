"""Shares with their uncertainty."""

import math
from dataclasses import dataclass

_Z95 = 1.959963984540054  # the normal distribution's 97.5 % point


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % interval of Wilson."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """The share itself; None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (E. B. Wilson, JASA 22, 1927)."""
        if not self.total:
            return (0.0, 1.0)
        share, square = self.hits / self.total, _Z95 * _Z95
        middle = share + square / (2 * self.total)
        spread = _Z95 * math.sqrt(
            share * (1 - share) / self.total + square / (4 * self.total * self.total)
        )
        scale = 1 + square / self.total
        low, high = (middle - spread) / scale, (middle + spread) / scale
        # At the ends the bounds are exact; rounding must not lift them off.
        return (0.0 if self.hits == 0 else low, 1.0 if self.hits == self.total else high)

    def text(self) -> str:
        """For tables: share, interval, numbers."""
        if self.value is None:
            return "-"
        low, high = self.interval
        return f"{self.value:.1%} ({low:.0%}-{high:.0%}) {self.hits}/{self.total}"

    def document(self) -> dict[str, object]:
        """For JSON."""
        low, high = self.interval
        return {
            "hits": self.hits,
            "total": self.total,
            "share": self.value,
            "low": low,
            "high": high,
        }
