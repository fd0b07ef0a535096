"""Which slot serves whom: rules only, no slot is touched here.

Somebody asks for an image. A slot that holds it costs nothing; any other has its container swapped, which
takes some 20 ms, and far longer for an image that keeps an interpreter warm. So:

- A free slot that holds the image is always taken. Otherwise an empty one, and otherwise the one whose
  image will be missed least: what is asked for often and boots slowly stays, and of what sits in several
  slots, one is given up first.
- When a slot becomes free while several wait, one who wants what it holds may go before those who have
  waited longer; but nobody is passed over more than ``PATIENCE`` times, so that a rare image gets its turn
  however busy the others are.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

PATIENCE = 4
"""How often somebody who waits may be passed over."""

_HALF_LIFE_S = 60.0
# Of the newest boot: how much it says about the next one.
_NEWEST_SHARE = 0.3
_USUAL_BOOT_S = 0.02


class Place(Protocol):
    """A slot, as far as placing goes."""

    @property
    def image(self) -> str | None:
        """The image that its container is of."""

    @property
    def cpu(self) -> int | None:
        """The core to which it is bound."""

    @property
    def is_usable(self) -> bool:
        """Whether its container is alive."""


S = TypeVar("S", bound=Place)


class Waiting(Protocol):
    """Somebody who waits for a slot."""

    passed_over: int

    @property
    def digest(self) -> str:
        """The image that is wanted."""


W = TypeVar("W", bound=Waiting)


@dataclass(slots=True)
class _Demand:
    uses: float = 0.0
    counted_s: float = 0.0
    boot_s: float = _USUAL_BOOT_S

    def fade(self, now_s: float) -> None:
        self.uses *= 0.5 ** ((now_s - self.counted_s) / _HALF_LIFE_S)
        self.counted_s = now_s


class Placement:
    """What has been asked for lately, and what follows for the next one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing has been asked for yet; ``clock`` tells seconds."""
        self._clock = clock
        self._demand: dict[str, _Demand] = {}

    def used(self, digest: str) -> None:
        """An image was asked for."""
        demand = self._demand.setdefault(digest, _Demand(counted_s=self._clock()))
        demand.fade(self._clock())
        demand.uses += 1

    def booted(self, digest: str, boot_s: float) -> None:
        """A container of an image has been booted, in so many seconds."""
        demand = self._demand.setdefault(digest, _Demand(counted_s=self._clock()))
        demand.boot_s += _NEWEST_SHARE * (boot_s - demand.boot_s)

    def worth(self, digest: str) -> float:
        """What it would cost to have lost a container of the image: seconds of boots in a minute or so."""
        demand = self._demand.get(digest)
        if demand is None:
            return 0.0
        demand.fade(self._clock())
        return demand.uses * demand.boot_s

    def choose_slot(self, free: Sequence[S], slots: Iterable[S], digest: str) -> S:
        """The one of the ``free`` ``slots``, longest idle first, for somebody who wants an image."""
        idle = {id(slot) for slot in free}
        busy_cores = Counter(slot.cpu for slot in slots if id(slot) not in idle)
        copies = Counter(slot.image for slot in free)

        def unfitness(slot: S) -> tuple[bool, int, float]:
            lost = 0.0 if slot.image is None else self.worth(slot.image) / copies[slot.image] + 1e-9
            return slot.image != digest, busy_cores[slot.cpu], lost

        return min(free, key=unfitness)

    def choose_waiter(self, waiting: Sequence[W], free: Iterable[Place]) -> W:
        """Who of those ``waiting``, the longest first, is next; those whom that passes over are told."""
        oldest = chosen = waiting[0]
        # Who came later was never passed over more often.
        if oldest.passed_over < PATIENCE:
            held = {slot.image for slot in free if slot.is_usable}
            chosen = next((waiter for waiter in waiting if waiter.digest in held), oldest)
        for waiter in waiting:
            if waiter is chosen:
                break
            waiter.passed_over += 1
        return chosen
