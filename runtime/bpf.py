"""Assembles a system-call filter: one binary search over ranges of call numbers, then rules of arguments.

The kernel checks, translates and compiles the program anew in every run, so its length is paid for each
time. libseccomp tests one number after the other within its tree; a policy names calls in runs of
neighbours, and a search for the run needs a third of the instructions.

A program can only jump forward, and not far. It is therefore written from its end: whatever an instruction
can jump to is there already, and what is too far away is reached by way of a jump that is not.

Source: the kernel's Documentation/networking/filter.rst and userspace-api/seccomp_filter.rst.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000
DO_NOTHING = _ERRNO
"""The action that lets a call succeed without being carried out."""
_X86_64 = 0xC000003E
_X32_BIT = 0x40000000
_NO_CALL = 0xFFFFFFFF  # what a tracer sets to have none carried out
_LOAD, _AND, _RETURN, _GO = 0x20, 0x54, 0x06, 0x05
_IF_EQUAL, _IF_AT_LEAST = 0x15, 0x35
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16
_FARTHEST = 255
_LOW = 0xFFFFFFFF


def fail_with(error: int) -> int:
    """The action that lets a call fail with an error number."""
    return _ERRNO | error


@dataclass(frozen=True, slots=True)
class ArgumentRule:
    """Calls with these values of one argument get an action; the others get the default one.

    Attributes:
        argument: its number, from 0.
        mask: of its 64 bits, which count.
        values: those that count, within the mask.
        action: what those calls get.
    """

    argument: int
    mask: int
    values: tuple[int, ...]
    action: int = ALLOW


Meaning = int | ArgumentRule


def assemble(calls: Mapping[int, Meaning], default: int) -> bytes:
    """The filter as an array of ``struct sock_filter``, for the x86-64 interface and no other.

    Args:
        calls: an action or a rule for each number.
        default: the action for all other numbers.
    """
    program = _Program(default)
    start = program.search(_runs(calls, default))
    start = program.test(_IF_AT_LEAST, _X32_BIT, program.action(KILL_PROCESS), start)
    start = program.test(_IF_EQUAL, _NO_CALL, program.action(default), start)
    start = program.load(_NUMBER_OFFSET, start)
    start = program.test(_IF_EQUAL, _X86_64, start, program.action(KILL_PROCESS))
    program.load(_ARCHITECTURE_OFFSET, start)
    return program.code()


def _runs(calls: Mapping[int, Meaning], default: int) -> list[tuple[int, Meaning]]:
    """Where each run of numbers of the same meaning begins, and what it means."""
    runs: list[tuple[int, Meaning]] = []
    for number in range(max(calls, default=0) + 2):
        meaning = calls.get(number, default)
        if not runs or runs[-1][1] != meaning:
            runs.append((number, meaning))
    return runs


class _Program:
    """Instructions, the last one first. A place is an index in that list."""

    def __init__(self, default: int) -> None:
        self._default = default
        self._instructions: list[bytes] = []
        self._actions: dict[int, int] = {}

    def code(self) -> bytes:
        return b"".join(reversed(self._instructions))

    def search(self, runs: Sequence[tuple[int, Meaning]]) -> int:
        """Finds the run that holds the number in the accumulator. Returns where that begins."""
        if len(runs) == 1:
            meaning = runs[0][1]
            return (
                self._rule(meaning) if isinstance(meaning, ArgumentRule) else self.action(meaning)
            )
        middle = len(runs) // 2
        above = self.search(runs[middle:])
        below = self.search(runs[:middle])
        return self.test(_IF_AT_LEAST, runs[middle][0], above, below)

    def action(self, action: int) -> int:
        """Ends with an action."""
        place = self._actions.get(action)
        # One that is out of sight is cheaper to say again than to reach.
        if place is None or self._distance(place) > _FARTHEST // 2:
            place = self._actions[action] = self._add(_RETURN, action)
        return place

    def test(self, comparison: int, value: int, if_true: int, if_false: int) -> int:
        """Compares the accumulator with a value, and goes to one of two places."""
        # Each may put one more instruction before the other.
        if self._distance(if_true) >= _FARTHEST:
            if_true = self._go(if_true)
        if self._distance(if_false) >= _FARTHEST:
            if_false = self._go(if_false)
        return self._add(comparison, value, self._distance(if_true), self._distance(if_false))

    def load(self, offset: int, then: int) -> int:
        """Loads a word of ``struct seccomp_data``, and goes on."""
        self._reach(then)
        return self._add(_LOAD, offset)

    def _rule(self, rule: ArgumentRule) -> int:
        """Finds the values of a rule: compares the halves of the argument, the upper one first."""
        if not rule.values:
            return self.action(self._default)
        refuse, place = self.action(self._default), self.action(self._default)
        high_mask, low_mask = rule.mask >> 32, rule.mask & _LOW
        offset = _ARGUMENTS_OFFSET + 8 * rule.argument
        for value in reversed(rule.values):
            place = self.test(_IF_EQUAL, value & _LOW, self.action(rule.action), place)
        place = self._load_masked(offset, low_mask, place)
        if high_mask:
            highs = {value >> 32 for value in rule.values}
            if len(highs) > 1:
                raise ValueError(f"the values of {rule} have different upper halves")
            (high,) = highs
            place = self.test(_IF_EQUAL, high, place, refuse)
            place = self._load_masked(offset + 4, high_mask, place)
        return place

    def _load_masked(self, offset: int, mask: int, then: int) -> int:
        if mask != _LOW:
            self._reach(then)
            then = self._add(_AND, mask)
        return self.load(offset, then)

    def _distance(self, place: int) -> int:
        return len(self._instructions) - 1 - place

    def _reach(self, place: int) -> None:
        """Sees to it that what is put next goes on at a place."""
        if self._distance(place):
            self._go(place)

    def _go(self, place: int) -> int:
        return self._add(_GO, self._distance(place))

    def _add(self, code: int, value: int, if_true: int = 0, if_false: int = 0) -> int:
        self._instructions.append(struct.pack("=HBBI", code, if_true, if_false, value))
        return len(self._instructions) - 1
