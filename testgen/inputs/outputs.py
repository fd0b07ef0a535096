"""Outputs that are spoilt, or only laid out in another way: what a checker is tested with. Pure."""

import re
from collections.abc import Iterator

_INTEGER = re.compile(rb"(?<![^\s])-?[0-9]{1,30}(?![^\s])")
_LETTER = re.compile(rb"[A-Za-z]")
_UNLIKELY = 987_654_321


def hopeless(output: bytes) -> list[bytes]:
    """Outputs that are wrong whatever the problem is."""
    return [b"", b"\n", b"\x00\n", b"nonsense?\n", output.rstrip() + b" nonsense?\n"]


def misshapen(output: bytes) -> list[bytes]:
    """The output with a word more or less: nearly always wrong."""
    words = output.split()
    made = [[*words, words[-1] if words else b"0"], [*words, b"1"]]
    if len(words) > 1:
        made += [words[:-1], words[1:]]
    return [b" ".join(some) + b"\n" for some in made]


def changed(output: bytes) -> list[bytes]:
    """The output with as many words, of which one is another one, or two are swapped: mostly wrong."""
    return [one for one in dict.fromkeys(_changed(output)) if one.split() != output.split()]


def same_but_for_layout(output: bytes) -> list[bytes]:
    """The same output with other blanks."""
    lines = output.rstrip(b"\n").split(b"\n")
    return [
        output.rstrip(b"\n"),
        output.rstrip(b"\n") + b"\n\n",
        b"".join(line + b" \n" for line in lines),
        output.replace(b"\n", b"\r\n"),
    ]


def _changed(output: bytes) -> Iterator[bytes]:
    places = list(_INTEGER.finditer(output))
    for place in [*places[:2], *places[2:][-1:]]:
        for number in (int(place.group()) + 1, _UNLIKELY):
            yield output[: place.start()] + b"%d" % number + output[place.end() :]
    letter = _LETTER.search(output)
    if letter is not None:
        other = b"b" if letter.group() == b"a" else b"a"
        yield output[: letter.start()] + other + output[letter.end() :]
    words = output.split()
    if len(words) > 1:
        yield b" ".join([words[-1], *words[1:-1], words[0]]) + b"\n"
