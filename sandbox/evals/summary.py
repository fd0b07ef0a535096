"""What an evaluation comes to, for people and as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.evals.passk import Tally, mean_pass_at_k


class Watch(Protocol):
    """Is told how an evaluation goes on."""

    def begin(self, programs: int) -> None:
        """So many programs are to be run."""

    def advance(self) -> None:
        """One more is done."""


@dataclass(slots=True)
class Findings:
    """What came of an evaluation.

    Attributes:
        tallies: for each group of problems (a folder and a language) those that are complete.
        problems: for each group, how many problems it has.
        no_result: reasons why programs have no result, and how many; a call later may have more luck.
        refused: reasons why the service does not take programs, which have not passed then.
        unusable: what cannot be evaluated at all.
    """

    tallies: dict[tuple[str, str], list[Tally]] = field(default_factory=dict)
    problems: Counter[tuple[str, str]] = field(default_factory=Counter)
    no_result: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unusable: list[str] = field(default_factory=list)

    def count(self, group: tuple[str, str], tally: Tally | None) -> None:
        """Note one problem; None if it is not complete."""
        self.problems[group] += 1
        tallies = self.tallies.setdefault(group, [])
        if tally is not None:
            tallies.append(tally)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Attributes:
        problems: those that count; the others are not complete.
        incomplete: how many those are.
        samples: of all problems together.
        pass_at: mean over problems, for each k that every one has enough samples for.
    """

    folder: str
    language: str
    problems: int
    incomplete: int
    samples: int
    right: int
    pass_at: Mapping[int, float]


def rows(findings: Findings, ks: Sequence[int]) -> list[Row]:
    """A row for each group, sorted."""
    return [
        _row(group, findings.tallies.get(group, ()), problems, ks)
        for group, problems in sorted(findings.problems.items())
    ]


def document(findings: Findings, ks: Sequence[int]) -> dict[str, Any]:
    """All of it, for ``--json``."""
    return {
        "rows": [
            {
                "folder": row.folder,
                "language": row.language,
                "problems": row.problems,
                "incomplete": row.incomplete,
                "samples": row.samples,
                "right": row.right,
                "pass_at": {str(k): value for k, value in row.pass_at.items()},
            }
            for row in rows(findings, ks)
        ],
        "no_result": dict(findings.no_result.most_common()),
        "refused": dict(findings.refused.most_common()),
        "unusable": list(findings.unusable),
    }


def _row(group: tuple[str, str], tallies: Sequence[Tally], problems: int, ks: Iterable[int]) -> Row:
    return Row(
        folder=group[0],
        language=group[1],
        problems=len(tallies),
        incomplete=problems - len(tallies),
        samples=sum(tally.samples for tally in tallies),
        right=sum(tally.right for tally in tallies),
        pass_at=mean_pass_at_k(tallies, ks),
    )
