"""How long runs occupy a slot: measured, or of a usual shape."""

import math
import random
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

# Quantiles of the shape: enough for a p99, and the mean is put right afterwards.
_POINTS = 10_000


class TimesError(Exception):
    """The file has no service times; the message says why."""


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Seconds that runs occupy a slot; each is as likely as any other."""

    seconds: tuple[float, ...]

    @property
    def mean_s(self) -> float:
        """Their mean."""
        return math.fsum(self.seconds) / len(self.seconds)

    def quantile(self, share: float) -> float:
        """What this share of the runs does not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]

    def draw(self, count: int, source: random.Random) -> list[float]:
        """Service times of so many runs."""
        return source.choices(self.seconds, k=count)

    def left(self, count: int, source: random.Random) -> list[float]:
        """What is left of runs that somebody finds under way: long ones are found more often."""
        found = source.choices(self.seconds, weights=self.seconds, k=count)
        return [source.random() * seconds for seconds in found]


def lognormal(mean_s: float, variation: float) -> ServiceTimes:
    """Times of the shape that programs' times usually have: a few are much longer than most.

    ``variation`` is the standard deviation divided by the mean; 0: all the same.
    """
    if variation == 0:
        return ServiceTimes((mean_s,))
    spread = math.sqrt(math.log1p(variation**2))
    normal = _normal_quantiles()
    raw = [math.exp(spread * at) for at in normal]
    scale = mean_s * len(raw) / math.fsum(raw)
    return ServiceTimes(tuple(scale * value for value in raw))


def _normal_quantiles() -> list[float]:
    shape = NormalDist()
    return [shape.inv_cdf((number + 0.5) / _POINTS) for number in range(_POINTS)]


def read_times(path: Path) -> ServiceTimes:
    """Measured times: a file with a number of seconds on each line.

    Raises:
        TimesError: it cannot be read, is empty, or has something else in it.
    """
    try:
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise TimesError(f"{path}: {error}") from error
    seconds = []
    for number, text in enumerate(lines, 1):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            raise TimesError(f"{path}: number {number} is no number of seconds")
        seconds.append(value)
    if not any(seconds):
        raise TimesError(f"{path}: there is no time above 0 in it")
    return ServiceTimes(tuple(seconds))
