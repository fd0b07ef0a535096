"""Outputs that are spoilt, or only laid out in another way: what a checker is tested with. Pure."""

import re
from collections.abc import Iterator

_INTEGER = re.compile(rb"(?<![^\s])-?[0-9]{1,30}(?![^\s])")


def hopeless(output: bytes) -> list[bytes]:
    """Outputs that are wrong whatever the problem is."""
    return [b"", b"\n", b"\x00\n", b"nonsense?\n", output.rstrip() + b" nonsense?\n"]


def doubtful(output: bytes) -> list[bytes]:
    """Outputs that are nearly always wrong, but can be another right answer."""
    return [one for one in dict.fromkeys(_doubtful(output)) if one.split() != output.split()]


def same_but_for_layout(output: bytes) -> list[bytes]:
    """The same output with other blanks."""
    lines = output.rstrip(b"\n").split(b"\n")
    return [
        output.rstrip(b"\n"),
        output.rstrip(b"\n") + b"\n\n",
        b"".join(line + b" \n" for line in lines),
        output.replace(b"\n", b"\r\n"),
    ]


def _doubtful(output: bytes) -> Iterator[bytes]:
    words = output.split()
    if len(words) > 1:
        yield b" ".join(words[:-1]) + b"\n"
        yield b" ".join(words[1:]) + b"\n"
        yield b" ".join([words[-1], *words[1:-1], words[0]]) + b"\n"
    yield output.rstrip() + b" " + (words[-1] if words else b"0") + b"\n"
    for place in list(_INTEGER.finditer(output))[:2]:
        changed = str(int(place.group()) + 1).encode()
        yield output[: place.start()] + changed + output[place.end() :]
