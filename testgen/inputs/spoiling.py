"""Inputs that are illegal, made of legal ones, by what is wrong with them: for testing validators. Pure.

Nothing here knows a problem's format, so that a change can once in a while leave an input legal: whoever
asks wants a share of each kind to be rejected, not all.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

_INTEGER = re.compile(rb"(?<![^\s])-?[0-9]+(?![^\s])")
_HUGE = b"9" * 40
_PLACES = 3


class Flaw(StrEnum):
    """What is wrong with an input."""

    GARBAGE = "garbage"
    BOUNDS = "bounds"
    EDGES = "edges"
    COUNTS = "counts"
    LINES = "lines"
    BLANKS = "blanks"


def spoilt(legal: bytes, bounds: frozenset[int] = frozenset()) -> Mapping[Flaw, list[bytes]]:
    """Illegal variants of a legal input; ``bounds`` are those that the statement names."""
    made: dict[Flaw, Iterator[bytes]] = {flaw: make(legal) for flaw, make in _MAKERS.items()}
    made[Flaw.EDGES] = _beyond_edges(legal, bounds)
    return {flaw: [one for one in dict.fromkeys(made[flaw]) if one != legal] for flaw in Flaw}


def _garbage(legal: bytes) -> Iterator[bytes]:
    """Nothing at all, bytes that are no text, letters within numbers."""
    yield b""
    yield b"\n"
    yield legal.rstrip() + b" \x00\n"
    yield legal.rstrip() + b" \xff\xfe\n"
    yield legal[: len(legal) // 2].rstrip()[:-1] + b"?"
    for place in _places(legal):
        yield _with(legal, place, b"x")
        yield _with(legal, place, place.group() + b"x")
        yield _with(legal, place, place.group() + b".5")


def _beyond_all_bounds(legal: bytes) -> Iterator[bytes]:
    for place in _places(legal):
        yield _with(legal, place, _HUGE)
        yield _with(legal, place, b"-" + _HUGE)


def _beyond_edges(legal: bytes, bounds: frozenset[int]) -> Iterator[bytes]:
    """One more than the largest bound, one less than the smallest."""
    for place in _places(legal) if len(bounds) > 1 else ():
        yield _with(legal, place, b"%d" % (max(bounds) + 1))
        yield _with(legal, place, b"%d" % (min(bounds) - 1))


def _wrong_counts(legal: bytes) -> Iterator[bytes]:
    """A number that counts the words of a line, or the lines below, and is one off; a word more or less."""
    lines = legal.splitlines()
    sizes = {len(line.split()) for line in lines} | {len(lines) - 1}
    for place in _places(legal):
        if (number := int(place.group())) in sizes - {1}:
            yield _with(legal, place, b"%d" % (number + 1))
            yield _with(legal, place, b"%d" % (number - 1))
    for at in dict.fromkeys((0, len(lines) // 2, len(lines) - 1)):
        words = lines[at].split() if lines else []
        if any(map(_INTEGER.fullmatch, words)):
            yield _joined([*lines[:at], b" ".join([*words, words[-1]]), *lines[at + 1 :]])
        if len(words) > 1 and any(map(_INTEGER.fullmatch, words)):
            yield _joined([*lines[:at], b" ".join(words[:-1]), *lines[at + 1 :]])


def _wrong_lines(legal: bytes) -> Iterator[bytes]:
    """Lines that are missing, and lines that are too many."""
    lines = legal.splitlines()
    yield _joined(lines[:-1])
    yield _joined(lines[1:])
    yield _joined([*lines, *lines])
    yield _joined([*lines, *lines[-1:]])
    yield _joined([*lines, b"1 1"])


def _wrong_blanks(legal: bytes) -> Iterator[bytes]:
    """Blanks and line ends where there are none, or others than there are."""
    yield b" " + legal
    yield b"\n" + legal
    yield legal + b"\n"
    yield legal.rstrip(b"\n")
    yield legal.replace(b"\n", b" \n", 1)
    yield legal.replace(b"\n", b"\r\n")
    yield legal.replace(b" ", b"  ", 1)
    yield legal.replace(b" ", b"\t", 1)


_MAKERS: Mapping[Flaw, Callable[[bytes], Iterator[bytes]]] = {
    Flaw.GARBAGE: _garbage,
    Flaw.BOUNDS: _beyond_all_bounds,
    Flaw.COUNTS: _wrong_counts,
    Flaw.LINES: _wrong_lines,
    Flaw.BLANKS: _wrong_blanks,
}


def _places(legal: bytes) -> list[re.Match[bytes]]:
    """The first integers and the last one."""
    places = list(_INTEGER.finditer(legal))
    return [*places[:_PLACES], *places[_PLACES:][-1:]]


def _with(legal: bytes, place: re.Match[bytes], word: bytes) -> bytes:
    return legal[: place.start()] + word + legal[place.end() :]


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
