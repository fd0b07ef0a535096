"""Patterns of paths: ``*`` and ``?`` within a part, ``**`` for any number of parts. Pure."""

import fnmatch
import functools
import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"\*\*|\*|\?")


def matches(patterns: Iterable[str], path: str) -> bool:
    """Whether a path, or a directory that it lies in, matches one of the patterns."""
    return any(_compiled(pattern).match(path) is not None for pattern in patterns)


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # A path is compared part by part, and what is below a match matches too.
    parts = pattern.split("/")
    while len(parts) > 1 and parts[-1] == "**":
        parts.pop()
    if parts == ["**"]:
        return re.compile(r".*\Z", re.DOTALL)
    text = "".join(map(_part, parts)).rstrip("/")
    return re.compile(rf"{text}(?:/.*)?\Z", re.DOTALL)


def _part(part: str) -> str:
    if part == "**":
        return "(?:[^/]+/)*"
    text, end = "", 0
    for special in _SPECIAL.finditer(part):
        text += re.escape(part[end : special.start()])
        text += "[^/]" if special.group() == "?" else "[^/]*"
        end = special.end()
    return text + re.escape(part[end:]) + "/"


def literal_directory(pattern: str) -> str | None:
    """The one path that a pattern without wildcards names, ``a/b`` for ``a/b`` and ``a/b/**``."""
    stem = pattern.removesuffix("/**")
    return None if _SPECIAL.search(stem) else stem


def matches_exactly(patterns: Iterable[str], path: str) -> bool:
    """As a run's collected files are matched: no ``**``, and a wildcard takes no leading dot."""
    parts = path.split("/")
    return any(_fits(pattern.split("/"), parts) for pattern in patterns)


def _fits(pattern: list[str], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(
        fnmatch.fnmatchcase(part, wanted) and (part[0] != "." or wanted.startswith("."))
        for wanted, part in zip(pattern, parts, strict=True)
    )
