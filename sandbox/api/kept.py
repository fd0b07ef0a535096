"""Which finished runs are kept, and which caller's make room when there are too many."""

from collections import OrderedDict
from dataclasses import dataclass, field

# What `new_run_id` makes; what follows it in an id is the mark of its caller.
_RANDOM_CHARACTERS = len("r_") + 32


def mark_of(run_id: str) -> str:
    """The mark of the caller whose run it is, see `Caller`."""
    return run_id[_RANDOM_CHARACTERS:]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many finished runs are kept, how many bytes of their answers, and for how many seconds."""

    runs: int
    size_bytes: int
    age_s: float


@dataclass(frozen=True, slots=True)
class _Entry:
    finished_s: float
    size_bytes: int


@dataclass(slots=True)
class _Owner:
    runs: OrderedDict[str, None] = field(default_factory=OrderedDict)
    size_bytes: int = 0


class Kept:
    """The finished runs by id, in the order of their ends.

    Beyond a bound the caller that has most of what is too much loses its oldest run: with n callers one
    that has no more than an n-th of each bound loses nothing to others, and one alone has all.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Nothing is kept yet."""
        self._bounds = bounds
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._owners: dict[str, _Owner] = {}
        self._size_bytes = 0

    def add(self, run_id: str, size_bytes: int, now_s: float) -> None:
        """A run has ended, and its answer has so many bytes."""
        self._entries[run_id] = _Entry(now_s, size_bytes)
        owner = self._owners.setdefault(mark_of(run_id), _Owner())
        owner.runs[run_id] = None
        owner.size_bytes += size_bytes
        self._size_bytes += size_bytes

    def pop_surplus(self, now_s: float) -> str | None:
        """Takes out one run that is no longer kept, if there is one; its id."""
        run_id = self._surplus(now_s)
        if run_id is None:
            return None
        size_bytes = self._entries.pop(run_id).size_bytes
        owner = self._owners[mark_of(run_id)]
        del owner.runs[run_id]
        owner.size_bytes -= size_bytes
        self._size_bytes -= size_bytes
        if not owner.runs:
            del self._owners[mark_of(run_id)]
        return run_id

    def _surplus(self, now_s: float) -> str | None:
        if not self._entries:
            return None
        oldest, entry = next(iter(self._entries.items()))
        if now_s - entry.finished_s > self._bounds.age_s:
            return oldest
        if self._size_bytes > self._bounds.size_bytes:
            greatest = max(self._owners.values(), key=lambda owner: owner.size_bytes)
        elif len(self._entries) > self._bounds.runs:
            greatest = max(self._owners.values(), key=lambda owner: len(owner.runs))
        else:
            return None
        return next(iter(greatest.runs))
