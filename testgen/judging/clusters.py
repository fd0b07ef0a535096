"""Outputs that are the same answer."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.checkers import CheckerSpec, compare
from testgen.hashing import sha256
from testgen.outputs import Output, bytes_of, sha_of, size_of


@dataclass(frozen=True, slots=True)
class Cluster:
    """Voters with one answer.

    Attributes:
        members: their numbers, ascending.
        answer: what stands for the cluster.
    """

    members: tuple[int, ...]
    answer: Output


def clusters(outputs: Sequence[Output | None], spec: CheckerSpec) -> list[Cluster]:
    """The clusters of outputs, the largest first; None is an output that has no vote."""
    distinct = {output for output in outputs if output is not None}
    # Hashes of what is compared: of large outputs that are equal so, one is read again.
    keys = {output: sha256(_key(bytes_of(output), spec)) for output in distinct}
    alike: dict[str, list[int]] = {}
    for number, output in enumerate(outputs):
        if output is not None:
            alike.setdefault(keys[output], []).append(number)
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


def _output(outputs: Sequence[Output | None], number: int) -> Output:
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


def _same(spec: CheckerSpec, left: Output, right: Output) -> bool:
    one, other = bytes_of(left), bytes_of(right)
    return compare(spec, one, other).accepted and compare(spec, other, one).accepted


def _medoid(outputs: Sequence[Output | None], group: Sequence[int], spec: CheckerSpec) -> Output:
    """The member that most others are equal to; among these the one with most digits, then the first."""
    members = [_output(outputs, number) for number in group]
    if spec.type != "floats":
        return members[0]
    kinds: dict[str, Output] = {}
    counts: Counter[str] = Counter()
    for output in members:
        name = sha_of(output)
        kinds.setdefault(name, output)
        counts[name] += 1
    equal = Counter(counts)
    for left, right in itertools.permutations(kinds, 2):
        if compare(spec, bytes_of(kinds[left]), bytes_of(kinds[right])).accepted:
            equal[left] += counts[right]
    places = {name: place for place, name in enumerate(kinds)}
    best = max(kinds, key=lambda name: (equal[name], size_of(kinds[name]), -places[name]))
    return kinds[best]
