"""What a failed validation of the wire models says to a caller: the field, and why. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

MAX_FIELD_CHARS = 200

# Fields whose value may be text or base64: pydantic puts the member it tried behind their name.
_CONTENT_FIELDS = frozenset({"stdin", "expected_output", "patch"})
# Fields that are maps. Behind the key comes the member, or a mark that the key itself is wrong.
_MAP_FIELDS = frozenset({"files", "env"})
# The same further inside; None stands for any place in a list.
_INNER_MAPS: tuple[tuple[str | None, ...], ...] = (
    ("checker", "program", "files"),
    ("interactor", "files"),
    ("repository", "overlay"),
    ("stages", None, "env"),
)


def describe(mistake: Mapping[str, Any]) -> tuple[str, str]:
    """The field and the message of one of pydantic's errors; no field is the whole request.

    The message never holds the value, which may be source code.
    """
    return field_name(mistake["loc"]), str(mistake["msg"]).removeprefix("Value error, ")


def field_name(location: Sequence[str | int]) -> str:
    """``('tests', 0, 'stdin', 'text')`` as ``tests.0.stdin``: where a `RunRequest` is wrong.

    Names of files come from the caller and can be anything, so what is no field is told by where it
    stands, not by what it is called. A name that is too long to be read is cut.
    """
    parts = (str(part) for index, part in enumerate(location) if not _is_mark(location, index))
    name = ".".join(parts)
    return name if len(name) <= MAX_FIELD_CHARS else f"{name[: MAX_FIELD_CHARS - 1]}…"


def _is_mark(location: Sequence[str | int], index: int) -> bool:
    if index == 2 and location[0] in _MAP_FIELDS:
        return True
    if location[0] == "checker" and index == 1:
        return True  # which kind of checker it was taken for
    if any(_is_in(location, index, inner) for inner in _INNER_MAPS):
        return True
    return index > 0 and location[index - 1] in _CONTENT_FIELDS


def _is_in(location: Sequence[str | int], index: int, inner: Sequence[str | None]) -> bool:
    return index == len(inner) + 1 and all(
        wanted in (None, part) for wanted, part in zip(inner, location, strict=False)
    )
