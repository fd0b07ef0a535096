"""Neighbours of an input: small changes that keep its form, so that many of them are legal too.

They reach what scripts rarely make: equal values, ties, sorted lines, a bound here and a one there.
"""

import random
import re
from collections.abc import Iterator, Sequence

from testgen.hashing import seed_of
from testgen.values import Case

ROLE = "neighbour"
_INTEGER = re.compile(rb"-?[0-9]+")


def neighbours(cases: Sequence[Case], number: int, largest_bytes: int, *seed: object) -> list[Case]:
    """So many distinct neighbours of those among some cases that are small; the seed decides all."""
    small = [case for case in cases if len(case.stdin) <= largest_bytes]
    rng = random.Random(seed_of("neighbours", *seed))  # noqa: S311 - a repeatable draw, no secret
    found: dict[bytes, Case] = {}
    known = {case.stdin for case in cases}
    for attempt in range(4 * number if small else 0):
        if len(found) == number:
            break
        data = _change(rng.choice(small).stdin, rng)
        if data not in known and data not in found:
            found[data] = Case(data, "", 0, attempt, ROLE)
    return list(found.values())


def _change(data: bytes, rng: random.Random) -> bytes:
    lines = [line.split() for line in data.splitlines()]
    for _ in range(rng.choice((1, 1, 2))):
        places = [number for number, line in enumerate(lines) if line]
        if places:
            row = rng.choice(places)
            lines[row] = rng.choice(list(_lines(lines[row], rng)))
    return b"\n".join(b" ".join(line) for line in lines) + b"\n"


def _lines(line: list[bytes], rng: random.Random) -> Iterator[list[bytes]]:
    """Ways to change one line."""
    at, other = rng.randrange(len(line)), rng.randrange(len(line))
    yield [*line[:at], line[other], *line[at + 1 :]]
    yield [*line[:at], _token(line[at], rng), *line[at + 1 :]]
    yield [*line[:at], _token(line[at], rng), *line[at + 1 :]]
    if len(line) > 1:
        swapped = list(line)
        swapped[at], swapped[other] = line[other], line[at]
        yield swapped
        yield [line[at]] * len(line)
        yield line[::-1]
        yield sorted(line, key=lambda word: (len(word), word))


def _token(word: bytes, rng: random.Random) -> bytes:
    if _INTEGER.fullmatch(word) and len(word) < 40:
        value = int(word)
        return str(rng.choice((value + 1, value - 1, 0, 1, 2, -value, value * 2, -1))).encode()
    if len(word) > 1:
        at, other = rng.randrange(len(word)), rng.randrange(len(word))
        letters = bytearray(word)
        letters[at] = letters[other]
        return rng.choice((bytes(letters), word[::-1], word[:1] * len(word)))
    return word
