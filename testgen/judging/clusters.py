"""Outputs that are the same answer."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.checkers import CheckerSpec, compare


@dataclass(frozen=True, slots=True)
class Cluster:
    """Voters with one answer.

    Attributes:
        members: their numbers, ascending.
        answer: what stands for the cluster.
    """

    members: tuple[int, ...]
    answer: bytes


def clusters(outputs: Sequence[bytes | None], spec: CheckerSpec) -> list[Cluster]:
    """The clusters of outputs, the largest first; None is an output that has no vote."""
    alike: dict[bytes, list[int]] = {}
    for number, output in enumerate(outputs):
        if output is not None:
            alike.setdefault(_key(output, spec), []).append(number)
    groups: list[list[int]] = []
    for numbers in sorted(alike.values(), key=lambda members: (-len(members), members)):
        for group in groups:
            if _same(spec, _output(outputs, group[0]), _output(outputs, numbers[0])):
                group += numbers
                break
        else:
            groups.append(list(numbers))
    groups.sort(key=lambda group: (-len(group), min(group)))
    return [Cluster(tuple(sorted(group)), _medoid(outputs, group, spec)) for group in groups]


def _output(outputs: Sequence[bytes | None], number: int) -> bytes:
    output = outputs[number]
    assert output is not None
    return output


def _key(output: bytes, spec: CheckerSpec) -> bytes:
    """The output without what its comparison does not look at: equal keys are the same answer."""
    if spec.type == "exact":
        return output
    if spec.type == "lines":
        return b"\n".join(line.rstrip() for line in output.split(b"\n")).rstrip(b"\n")
    lines = (b" ".join(line.split()) for line in output.splitlines())
    return b"\n".join(lines).rstrip(b"\n")


def _same(spec: CheckerSpec, left: bytes, right: bytes) -> bool:
    return compare(spec, left, right).accepted and compare(spec, right, left).accepted


def _medoid(outputs: Sequence[bytes | None], group: Sequence[int], spec: CheckerSpec) -> bytes:
    """The member that most others are equal to; among these the one with most digits, then the first."""
    members = [_output(outputs, number) for number in group]
    if spec.type != "floats":
        return members[0]
    kinds = list(dict.fromkeys(members))
    equal = {kind: members.count(kind) for kind in kinds}
    for left, right in itertools.permutations(kinds, 2):
        if compare(spec, left, right).accepted:
            equal[left] += members.count(right)
    return max(kinds, key=lambda kind: (equal[kind], len(kind), -members.index(kind)))
