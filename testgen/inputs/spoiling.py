"""Inputs that are surely illegal, made of legal ones: a validator must reject them.

The changes are those that no format survives: missing and superfluous parts, letters in numbers, numbers
beyond all bounds. Leniency about blanks is no fault here: generators do not print by hand.
"""

import re
from collections.abc import Iterator

_INTEGER = re.compile(rb"(?<![^\s])-?[0-9]+(?![^\s])")
_HUGE = b"9" * 40
_PLACES = 3


def spoilt(legal: bytes) -> list[bytes]:
    """Illegal variants of a legal input, without the input itself."""
    return [one for one in dict.fromkeys(_variants(legal)) if one != legal]


def _variants(legal: bytes) -> Iterator[bytes]:
    yield b""
    yield b"\n"
    yield legal + legal
    yield legal + b"1 1\n"
    yield legal.rstrip() + b" \x00\n"
    yield legal.rstrip() + b" \xff\xfe\n"
    yield legal[: len(legal) // 2].rstrip()[:-1] + b"?"
    without_last = legal.rstrip().rpartition(b" ")[0] or legal.rstrip().rpartition(b"\n")[0]
    yield without_last + b"\n"
    yield from _spoilt_numbers(legal)


def _spoilt_numbers(legal: bytes) -> Iterator[bytes]:
    places = list(_INTEGER.finditer(legal))
    for place in [*places[:_PLACES], *places[-1:]]:
        before, number, after = legal[: place.start()], place.group(), legal[place.end() :]
        yield before + b"x" + after
        yield before + number + b"x" + after
        yield before + number + b".5" + after
        yield before + _HUGE + after
        yield before + b"-" + _HUGE + after
