"""Errors as the command line shows them: one line, no traceback."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command line ends with."""

    GOOD = 0
    BAD = 1
    UNUSABLE = 2
    FAULT = 3


class CliError(Exception):
    """Wrong use, or something missing; the message says what to do. Ends with `UNUSABLE`."""


def visible(text: str) -> str:
    """Text for a terminal: what could move its cursor or hide other text is shown as an escape."""
    return "".join(
        character if character.isprintable() or character == "\n" else _escaped(character)
        for character in text.expandtabs(4).replace("\r\n", "\n")
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
