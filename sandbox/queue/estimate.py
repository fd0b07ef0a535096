"""How long runs take, learned from those that have ended: for lanes, admission and Retry-After."""

from dataclasses import dataclass

from sandbox.jobs import Job

# Until runs of a kind have been seen.
_FIRST_GUESS_S = 0.1
_A_TEST_S = 0.02
_SMOOTHING = 0.1
# Kinds that are remembered; the number of languages and sizes bounds it in practice.
_MOST_KINDS = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """Runs that take about as long as each other.

    Attributes:
        parts: how many tests or stages, in powers of two.
        cpu_time: what a part may use, in powers of two of seconds: who asks for much needs much more often.
    """

    language: str
    parts: int
    cpu_time: int

    @classmethod
    def of(cls, job: Job) -> "Kind":
        """The kind of a job."""
        parts = max(1, len(job.tests) + len(job.stages))
        cpu_time_s = job.limits.cpu_time_s or 0.0
        return cls(job.language, parts.bit_length(), round(cpu_time_s).bit_length())


class Estimates:
    """Smoothed means of the seconds in a slot, by kind."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._means_s: dict[Kind, float] = {}

    def seconds(self, kind: Kind) -> float:
        """How long a run of a kind takes, about."""
        guess_s = _FIRST_GUESS_S + _A_TEST_S * (1 << kind.parts)
        return self._means_s.get(kind, guess_s)

    def learn(self, kind: Kind, seconds: float) -> None:
        """A run of a kind took so long."""
        before_s = self._means_s.pop(kind, seconds)
        while len(self._means_s) >= _MOST_KINDS:
            self._means_s.pop(next(iter(self._means_s)))
        self._means_s[kind] = before_s + _SMOOTHING * (seconds - before_s)
