"""Noticing a run that has no memory left although the kernel does not say so.

At its limit a cgroup gives back pages of files before anybody is killed. If hardly anything but the files
of the running program is left to give back, they are read in again at once, and this can go on for ever:
every attempt frees a page or two, so the kernel never calls itself out of memory. The program stands still
meanwhile and would be ended for its time.

Source: ``try_charge_memcg`` in mm/memcontrol.c retries without limit as long as anything was freed.
"""

from runtime.cgroups.base import CounterFile

# How near to the limit the usage is while this goes on. Charges come in batches of 64 pages a core.
_NEAR_LIMIT_BYTES = 1024 * 1024
# The share of the limit below which pages of files are no reserve.
_NO_RESERVE_SHARE = 0.1
_RESERVE_FIELDS = (b"active_file", b"inactive_file")


class Starvation:
    """Watches one cgroup; both versions name these figures alike."""

    def __init__(self, usage: CounterFile, stat: CounterFile) -> None:
        """``usage`` is the memory in use, ``stat`` the file ``memory.stat``."""
        self._usage = usage
        self._stat = stat
        self._limit_bytes = 0
        self._last_reads: int | None = None

    def begin(self, limit_bytes: int) -> None:
        """A run begins with this limit."""
        self._limit_bytes = limit_bytes
        self._last_reads = None

    def look(self) -> bool:
        """Whether the run has been starving since the last look; call it every now and then."""
        if self._usage.number() < self._limit_bytes - _NEAR_LIMIT_BYTES:
            self._last_reads = None
            return False
        words = self._stat.text().split()
        figures = dict(zip(words[::2], words[1::2], strict=False))
        reserve_bytes = sum(int(figures.get(name, 0)) for name in _RESERVE_FIELDS)
        reads = int(figures.get(b"pgmajfault", 0))
        last, self._last_reads = self._last_reads, reads
        no_reserve = reserve_bytes < self._limit_bytes * _NO_RESERVE_SHARE
        return no_reserve and last is not None and reads > last
