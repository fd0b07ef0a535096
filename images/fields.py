"""Reading a table of a TOML or JSON document strictly: nothing unknown, missing or of a wrong type.

Each reader takes its key out of the table; ``done`` then refuses what is left, so that a misspelt
key is an error and never a silent default.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from images.errors import DefinitionError

NAME = re.compile(r"[a-z0-9][a-z0-9+._-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Fields:
    """One table of a document, with the place where it stands, for messages."""

    def __init__(self, table: Any, source: str, where: str = "") -> None:
        self._source = source
        self._where = where
        self._seen: set[str] = set()
        if not isinstance(table, Mapping):
            self.fail("", f"must be a table, not {_kind(table)}")
        self._table: Mapping[str, Any] = table

    def fail(self, key: str, mend: str) -> NoReturn:
        """Raise the error for ``key`` of this table.

        Raises:
            DefinitionError: always.
        """
        place = ".".join(part for part in (self._where, key) if part) or "the document"
        raise DefinitionError(f"{self._source}: {place}: {mend}")

    def has(self, key: str) -> bool:
        """Whether the table has ``key``."""
        return key in self._table

    def is_table(self, key: str) -> bool:
        """Whether ``key`` is there and is a table."""
        return isinstance(self._table.get(key), Mapping)

    def text(self, key: str, default: str | None = None) -> str:
        """A string without NUL characters."""
        return self._checked_text(key, self._take(key, default))

    def name(self, key: str) -> str:
        """A name of an image or a language."""
        return self._checked_name(key, self.text(key))

    def texts(self, key: str, default: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        items = self._list(key, self._take(key, default))
        return tuple(self._checked_text(f"{key}[{n}]", item) for n, item in enumerate(items))

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names; empty when it is missing."""
        return tuple(self._checked_name(key, item) for item in self.texts(key, ()))

    def command(self, key: str) -> tuple[str, ...]:
        """A command as a list of words, the program first."""
        return self._checked_command(key, self.texts(key))

    def commands(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of commands; empty when it is missing."""
        items = enumerate(self._list(key, self._take(key, ())))
        return tuple(self._nested_command(f"{key}[{n}]", item) for n, item in items)

    def variables(self, key: str) -> dict[str, str]:
        """A table of environment variables; empty when it is missing."""
        variables = self.texts_by_name(key)
        for name in variables:
            if not _VARIABLE.fullmatch(name):
                self.fail(f"{key}.{name}", "is not a variable's name; use letters, digits and _")
        return variables

    def texts_by_name(self, key: str) -> dict[str, str]:
        """A table of strings; empty when it is missing."""
        table = self.mapping(key, {})
        return {name: self._checked_text(f"{key}.{name}", value) for name, value in table.items()}

    def mapping(self, key: str, default: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """A table as it is, for a reader of its own."""
        table = self._take(key, default)
        if not isinstance(table, Mapping):
            self.fail(key, f"must be a table, not {_kind(table)}")
        return table

    def number(self, key: str, default: float | None = None, *, whole: bool) -> float:
        """A positive number; ``whole`` asks for an integer."""
        value = self._take(key, default)
        wanted = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            self.fail(
                key, f"must be {'a whole number' if whole else 'a number'}, not {_kind(value)}"
            )
        if not 0 < value < float("inf"):
            self.fail(key, f"must be above zero and finite, not {value}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """A boolean."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.fail(key, f"must be true or false, not {_kind(value)}")
        return value

    def table(self, key: str, *, optional: bool = False) -> "Fields":
        """A table inside this one; ``optional`` gives an empty one when it is missing."""
        return Fields(self._take(key, {} if optional else None), self._source, self._path(key))

    def tables(self, key: str) -> tuple["Fields", ...]:
        """A list of tables, at least one."""
        items = self._list(key, self._take(key, None))
        if not items:
            self.fail(key, "needs at least one entry")
        places = (f"{self._path(key)}[{n}]" for n in range(len(items)))
        return tuple(
            Fields(item, self._source, place) for item, place in zip(items, places, strict=True)
        )

    def done(self) -> None:
        """Refuse every key that nobody read.

        Raises:
            DefinitionError: there is one; the message has the nearest known key.
        """
        for key in self._table:
            if key not in self._seen:
                near = difflib.get_close_matches(key, self._seen, n=1)
                hint = (
                    f"did you mean {near[0]!r}?"
                    if near
                    else f"known: {', '.join(sorted(self._seen))}"
                )
                self.fail(key, f"is not a known key; {hint}")

    def _take(self, key: str, default: Any) -> Any:
        self._seen.add(key)
        if key in self._table:
            return self._table[key]
        if default is None:
            self.fail(key, "is missing; add it")
        return default

    def _path(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def _list(self, key: str, value: Any) -> list[Any]:
        if isinstance(value, str) or not isinstance(value, list | tuple):
            self.fail(key, f"must be a list, not {_kind(value)}")
        return list(value)

    def _nested_command(self, key: str, value: Any) -> tuple[str, ...]:
        items = enumerate(self._list(key, value))
        words = tuple(self._checked_text(f"{key}[{n}]", item) for n, item in items)
        return self._checked_command(key, words)

    def _checked_command(self, key: str, words: tuple[str, ...]) -> tuple[str, ...]:
        if not words or not words[0]:
            self.fail(key, "must start with a program's name")
        return words

    def _checked_text(self, key: str, value: Any) -> str:
        if not isinstance(value, str):
            self.fail(key, f"must be a string, not {_kind(value)}")
        if "\0" in value:
            self.fail(key, "must not hold a NUL character")
        return value

    def _checked_name(self, key: str, value: str) -> str:
        if not NAME.fullmatch(value):
            self.fail(
                key,
                f"{value!r} is not a name; use a-z or 0-9, then up to 63 of a-z 0-9 + . _ -",
            )
        return value


def _kind(value: Any) -> str:
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list"}
    if isinstance(value, Mapping):
        return "a table"
    return names.get(type(value), type(value).__name__)
