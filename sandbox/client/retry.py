"""Whether a request that failed is sent again, and after how long. No clock, no sleep.

Two budgets bound a call. *Lost* time (pauses, and attempts that the service surely did not work on)
is bounded by `RetryPolicy.retry_for_s`. *Held* time, in which the service may have been working, is
bounded by the call's own patience: a connection that a proxy cut after a minute is no trouble, the
next attempt waits for the same run.

Pauses grow exponentially with full jitter (uniform between 0 and the bound), so that callers who
failed together do not come back together. ``Retry-After`` is a minimum: the jitter comes on top.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a client is.

    Attributes:
        retry_for_s: seconds that one call may lose to pauses and failed attempts.
        retry_faults: how often a run that ended with a retryable fault of the sandbox is made
            again, under another key.
        first_pause_s: bound of the first pause; it doubles each time.
        longest_pause_s: where it stops doubling.
    """

    retry_for_s: float = 60.0
    retry_faults: int = 1
    first_pause_s: float = 0.1
    longest_pause_s: float = 8.0

    def __post_init__(self) -> None:
        if not self.retry_for_s >= 0 or self.retry_faults < 0:  # NaN is no budget either
            raise ValueError("retry_for_s and retry_faults must be 0 or more")


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that brought no answer.

    Attributes:
        retryable: whether another one is safe and may end better.
        worked_on: whether the service may have been working on it meanwhile.
        retry_after_s: how long the service asks to stay away.
    """

    retryable: bool
    worked_on: bool = False
    retry_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one call has used up so far. Seconds."""

    failures: int = 0
    lost_s: float = 0.0
    held_s: float = 0.0


def pause_before_retry(
    policy: RetryPolicy, failure: Failure, spent: Spent, *, patience_s: float, jitter: float
) -> float | None:
    """Seconds to wait before the next attempt, or None to give up.

    Args:
        spent: with the failure already counted.
        patience_s: how long the service may hold this call, over all attempts.
        jitter: a random number in [0, 1).
    """
    left_s = policy.retry_for_s - spent.lost_s
    used_up = left_s <= 0 or failure.retry_after_s > left_s or spent.held_s >= patience_s
    if used_up or not failure.retryable:
        return None
    doublings = min(max(spent.failures - 1, 0), 30)
    bound_s = min(policy.first_pause_s * 2.0**doublings, policy.longest_pause_s)
    return min(failure.retry_after_s + jitter * bound_s, left_s)


class Budget:
    """The two budgets of one call, counted as it goes on."""

    def __init__(self, policy: RetryPolicy, jitter: Callable[[], float]) -> None:
        self._policy = policy
        self._jitter = jitter
        self.spent = Spent()

    def pause_after(
        self, failure: Failure, *, duration_s: float, patience_s: float
    ) -> float | None:
        """Count a failure that took so long, and the pause that follows; None is to give up."""
        self._count(duration_s, held=failure.worked_on, failures=1)
        pause_s = pause_before_retry(
            self._policy, failure, self.spent, patience_s=patience_s, jitter=self._jitter()
        )
        self._count(pause_s or 0.0)
        return pause_s

    def _count(self, seconds: float, *, held: bool = False, failures: int = 0) -> None:
        spent = self.spent
        self.spent = Spent(
            failures=spent.failures + failures,
            lost_s=spent.lost_s + (0.0 if held else seconds),
            held_s=spent.held_s + (seconds if held else 0.0),
        )


def parse_retry_after(value: str | None, now: datetime) -> float:
    """Seconds that a ``Retry-After`` header asks for (RFC 9110 10.2.3); 0 if it says nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
