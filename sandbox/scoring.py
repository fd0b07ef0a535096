"""Points: from what each test gained to what the groups and the whole are worth. Pure.

A test gains a *share* of its points, from 0 to 1. A group makes one figure of its tests' shares:

- ``all_of``: all of its points if every test has its whole share, else nothing;
- ``min``: its points times the least share;
- ``sum``: its points times the mean of the shares, each weighed by its test's points.

A group's points are those of its tests together, unless it states its own. A group whose dependency was
not solved whole gains nothing, whatever its tests say. A test without a group counts by itself.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

GroupKind = Literal["all_of", "sum", "min"]
RewardShape = Literal["all", "fraction", "points"]

# Shares are quotients of what callers state; a rounding error must not cost a dependency.
_WHOLE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Scored:
    """A test as the scoring sees it: what it is worth, and to which group it belongs."""

    id: str
    points: float = 1.0
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Tests that count together.

    Attributes:
        points: what it is worth; None: its tests' points together.
        depends_on: groups that must be solved whole for this one to count.
        stop_on_first_failure: after a test that failed the group's others are skipped and gain nothing.
            None: where that cannot change the score, which is so for ``all_of`` and ``min``.
    """

    id: str
    kind: GroupKind = "all_of"
    points: float | None = None
    depends_on: tuple[str, ...] = ()
    stop_on_first_failure: bool | None = None

    @property
    def stops(self) -> bool:
        """Whether a failure ends the group."""
        given = self.stop_on_first_failure
        return self.kind != "sum" if given is None else given


@dataclass(frozen=True, slots=True)
class Score:
    """What was gained of what could be; ``solved`` if nothing is missing, also of no points at all."""

    points: float
    max_points: float
    solved: bool


def score_groups(
    groups: Sequence[Group], tests: Sequence[Scored], shares: Mapping[str, float]
) -> dict[str, Score]:
    """The score of each group; a test without a share (skipped) has gained nothing.

    A group comes after those it depends on (`check_groups`).
    """
    scores: dict[str, Score] = {}
    for group in groups:
        members = [test for test in tests if test.group == group.id]
        most = group.points
        if most is None:
            most = math.fsum(test.points for test in members)
        allowed = all(scores[other].solved for other in group.depends_on)
        share = _share(group.kind, members, shares) if allowed else 0.0
        scores[group.id] = Score(most * share, most, allowed and share >= _WHOLE)
    return scores


def score_all(
    scores: Mapping[str, Score], tests: Sequence[Scored], shares: Mapping[str, float]
) -> Score:
    """The score of the whole: all groups, and the tests that belong to none."""
    alone = [test for test in tests if test.group is None]
    gained = math.fsum(
        [
            *(score.points for score in scores.values()),
            *(test.points * shares.get(test.id, 0.0) for test in alone),
        ]
    )
    most = math.fsum(
        [*(score.max_points for score in scores.values()), *(test.points for test in alone)]
    )
    solved = all(score.solved for score in scores.values()) and all(
        shares.get(test.id, 0.0) >= _WHOLE for test in alone
    )
    return Score(gained, most, solved)


def _share(kind: GroupKind, members: Sequence[Scored], shares: Mapping[str, float]) -> float:
    gained = [shares.get(test.id, 0.0) for test in members]
    if kind == "all_of":
        return 1.0 if all(share >= _WHOLE for share in gained) else 0.0
    if kind == "min":
        return min(gained, default=1.0)
    most = math.fsum(test.points for test in members)
    if most == 0:
        return 1.0
    parts = (test.points * share for test, share in zip(members, gained, strict=True))
    return min(1.0, math.fsum(parts) / most)


def check_groups(groups: Sequence[Group], tests: Sequence[Scored]) -> None:
    """Raises ValueError if the groups cannot be judged in the order of the tests, saying why."""
    known: dict[str, int] = {}
    for group in groups:
        if group.id in known:
            raise ValueError(f"two groups have the id {group.id!r}")
        for other in group.depends_on:
            if other not in known:
                raise ValueError(
                    f"group {group.id!r} depends on {other!r}, which must come before it"
                )
        known[group.id] = len(known)
    for test in tests:
        if test.group is not None and test.group not in known:
            raise ValueError(
                f"test {test.id!r} belongs to the group {test.group!r}, which is missing"
            )
    order = [known[test.group] for test in tests if test.group is not None]
    if order != sorted(order):
        raise ValueError("the tests of a group must come before those of the groups after it")
    empty = set(known) - {test.group for test in tests}
    if empty:
        raise ValueError(f"group {min(empty)!r} has no test")


class Course:
    """Which tests need not be run any more, as the results come in, in the order of the tests."""

    def __init__(
        self, groups: Sequence[Group], tests: Sequence[Scored], *, stop_on_first_failure: bool
    ) -> None:
        """``stop_on_first_failure`` ends everything, not only the group."""
        self._groups = {group.id: group for group in groups}
        self._order = list(groups)
        self._tests = list(tests)
        self._stop = stop_on_first_failure
        self._shares: dict[str, float] = {}
        self._failed: set[str] = set()
        self._stopped = False

    def skips(self, test: Scored) -> bool:
        """Whether running this test could change nothing."""
        if self._stopped:
            return True
        group = self._groups.get(test.group or "")
        if group is None:
            return False
        if group.stops and group.id in self._failed:
            return True
        return not all(self._is_solved(other) for other in group.depends_on)

    def record(self, test: Scored, share: float) -> None:
        """A test has been judged."""
        self._shares[test.id] = share
        if share >= _WHOLE:
            return
        self._stopped = self._stop
        group = self._groups.get(test.group or "")
        # The least share of a group is not known before all of them are, unless it is nothing.
        if group is not None and (group.kind != "min" or share <= 0):
            self._failed.add(group.id)

    def _is_solved(self, group_id: str) -> bool:
        return score_groups(self._order, self._tests, self._shares)[group_id].solved
