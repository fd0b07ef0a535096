"""The memory for bodies: how many bytes of them all requests may hold at once."""

from collections import Counter

from starlette.types import Scope

from sandbox.api.callers import Caller
from sandbox.api.errors import busy

# A large body is parsed in a second or so.
_PAUSE_S = 2.0


class Bodies:
    """Counts the bytes of bodies that are read, parsed, or wait as lines of a batch."""

    def __init__(self, most_bytes: int, largest_bytes: int) -> None:
        """``most_bytes`` for all, half of it for one caller, but always a body of the largest."""
        self._most_bytes = max(most_bytes, largest_bytes)
        self._share_bytes = max(most_bytes // 2, largest_bytes)
        self._held_by: Counter[str] = Counter()
        self.held_bytes = 0

    def take(self, caller: Caller, size_bytes: int) -> None:
        """Counts more bytes of a caller. Raises ApiError 429 or 503 if there is no room for them."""
        if caller.name and self._held_by[caller.name] + size_bytes > self._share_bytes:
            message = f"this caller's bodies may take {self._share_bytes} bytes at once"
            raise busy("share_used_up", message, _PAUSE_S, status=429)
        if self.held_bytes + size_bytes > self._most_bytes:
            message = f"all bodies together may take {self._most_bytes} bytes at once"
            raise busy("bodies_full", message, _PAUSE_S)
        self._held_by[caller.name] += size_bytes
        self.held_bytes += size_bytes

    def give_back(self, caller: Caller, size_bytes: int) -> None:
        """What was taken."""
        self._held_by[caller.name] -= size_bytes
        if self._held_by[caller.name] == 0:
            del self._held_by[caller.name]
        self.held_bytes -= size_bytes


class Held:
    """What one request holds. `BodyLimit` gives all of it back when the request has ended."""

    def __init__(self, bodies: Bodies, caller: Caller) -> None:
        """Nothing yet."""
        self._bodies = bodies
        self._caller = caller
        self.size_bytes = 0

    def grow_to(self, size_bytes: int) -> None:
        """Holds so much at least. Raises ApiError 429 or 503 if there is no room for it."""
        if size_bytes > self.size_bytes:
            self._bodies.take(self._caller, size_bytes - self.size_bytes)
            self.size_bytes = size_bytes

    def shrink_to(self, size_bytes: int) -> None:
        """Holds so much at most: the rest is no longer in memory, or something else counts it now."""
        if size_bytes < self.size_bytes:
            self._bodies.give_back(self._caller, self.size_bytes - size_bytes)
            self.size_bytes = size_bytes


def held_by(scope: Scope) -> Held:
    """What the request of a scope holds."""
    held = scope["state"]["body"]
    assert isinstance(held, Held)
    return held
