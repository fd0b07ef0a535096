"""A small core of tests: it rejects each wrong solution that all tests reject, some of them twice over.

Greedy cover of what is known to be rejected (only of the half `tune`), then whatever kinds of tests are
still missing. Nothing that was measured decides: the order is by what a test rejects, then by its size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from testgen.inputs.bounds import hit
from testgen.pipeline.bench import ProvenCase
from testgen.pipeline.cases import bucket
from testgen.settings import Settings

Kills = Mapping[str, frozenset[int]]
"""For each wrong solution, the numbers of the tests that reject it."""


@dataclass(frozen=True, slots=True)
class Tiers:
    """The tests in the order in which they are run."""

    core: tuple[int, ...]
    audit: tuple[int, ...]


def select(
    tests: Sequence[ProvenCase], kills: Kills, bounds: frozenset[int], settings: Settings
) -> Tiers:
    """Choose the core."""
    if not settings.minimise:
        return Tiers(tuple(range(len(tests))), ())
    chosen = _cover(tests, kills, settings.core_spare)
    chosen |= _kinds(tests, chosen)
    chosen |= _bounds(tests, chosen, bounds)
    for number in _by_variety(tests, settings.bucket_sizes):
        if len(chosen) >= settings.core_least:
            break
        chosen.add(number)
    power = {number: sum(number in some for some in kills.values()) for number in range(len(tests))}
    ordered = sorted(range(len(tests)), key=lambda n: (-power[n], _size(tests, n), n))
    return Tiers(
        tuple(number for number in ordered if number in chosen),
        tuple(number for number in ordered if number not in chosen),
    )


def _cover(tests: Sequence[ProvenCase], kills: Kills, spare: int) -> set[int]:
    """Tests such that each solution is rejected ``spare`` times, or as often as all tests can."""
    missing = {name: min(spare, len(some)) for name, some in kills.items()}
    chosen: set[int] = set()
    while any(missing.values()):
        gains = {
            number: sum(missing[name] > 0 and number in some for name, some in kills.items())
            for number in range(len(tests))
            if number not in chosen
        }
        best = min(gains, key=lambda number: (-gains[number], _size(tests, number), number))
        chosen.add(best)
        for name, some in kills.items():
            if best in some and missing[name]:
                missing[name] -= 1
    return chosen


def _kinds(tests: Sequence[ProvenCase], chosen: set[int]) -> set[int]:
    """The first test of each role that the core lacks, and the largest test."""
    have = {tests[number].case.role for number in chosen}
    extra: set[int] = set()
    for number, test in enumerate(tests):
        if test.case.role not in have:
            have.add(test.case.role)
            extra.add(number)
    if tests:
        extra.add(max(range(len(tests)), key=lambda number: (_size(tests, number), -number)))
    return extra


def _bounds(tests: Sequence[ProvenCase], chosen: set[int], bounds: frozenset[int]) -> set[int]:
    """Tests that meet the bounds that the core does not meet."""
    left = bounds - hit(bounds, (tests[number].case.stdin for number in chosen))
    extra: set[int] = set()
    for number in sorted(range(len(tests)), key=lambda n: (_size(tests, n), n)):
        if not left:
            break
        met = hit(left, [tests[number].case.stdin])
        if met:
            extra.add(number)
            left -= met
    return extra


def _by_variety(tests: Sequence[ProvenCase], sizes: Sequence[int]) -> list[int]:
    """All tests, one of each bucket first, then a second one of each, and so on."""
    turns: dict[str, int] = {}
    keyed = []
    for number, test in enumerate(tests):
        kind = bucket(test.case, sizes)
        turns[kind] = turns.get(kind, 0) + 1
        keyed.append((turns[kind], kind, number))
    return [number for _, _, number in sorted(keyed)]


def _size(tests: Sequence[ProvenCase], number: int) -> int:
    return len(tests[number].case.stdin)
