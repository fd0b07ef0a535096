"""`problem.yaml` and what belongs to it: limits, and how outputs are compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.checkers import CheckerSpec
from testgen.errors import DataError
from testgen.reading.files import read_text
from testgen.values import Declared

DEFAULT_TIME_LIMIT_S = 2.0
DEFAULT_MEMORY_MB = 512
_YAML_BYTES = 256 << 10
_GROUPS = (
    ("test_group.yaml", "output_validator_args"),
    ("testdata.yaml", "output_validator_flags"),
)


@dataclass(frozen=True, slots=True)
class Package:
    """What the metadata of a problem says."""

    time_limit_s: float
    memory_mb: int
    declared: Declared
    comparison: CheckerSpec


def read_package(folder: Path, *, has_checker: bool = False) -> Package:
    """Read the metadata of a folder. Arguments for a checker of its own are no comparison, and left out.

    Raises:
        DataError: there is none, or it says something wrong.
    """
    path = folder / "problem.yaml"
    document = _yaml(folder, path)
    limits = _table(document.get("limits"), path, "limits")
    declared = _declared(document)
    args = [] if has_checker or declared is not Declared.COMPARED else _args(folder, document)
    time_limit = limits.get("time_limit", limits.get("time", _timelimit_file(folder)))
    return Package(
        time_limit_s=_number(time_limit, DEFAULT_TIME_LIMIT_S, path, "time_limit"),
        memory_mb=int(_number(limits.get("memory"), DEFAULT_MEMORY_MB, path, "memory")),
        declared=declared,
        comparison=comparison_of(args, path, case_sensitive=False),
    )


def _timelimit_file(folder: Path) -> float | None:
    """Where packages of the old format have it."""
    path = folder / ".timelimit"
    if not path.exists():
        return None
    try:
        return float(read_text(folder, path, _YAML_BYTES))
    except ValueError as error:
        raise DataError(f"{path}: is no number of seconds: {error}") from error


def _args(folder: Path, document: Mapping[str, Any]) -> list[str]:
    """What the default output validator is called with, by both versions of the format."""
    args = _words(document.get("validator_flags"))
    for name, key in _GROUPS:
        # A group has what is said of it, else what is said of the one that it lies in.
        places = (folder / "data" / "secret" / name, folder / "data" / name)
        groups = (_yaml(folder, place) for place in places if place.exists())
        args += next((_words(group[key]) for group in groups if key in group), [])
    return args


def comparison_of(
    args: Sequence[str], source: Path | str, *, case_sensitive: bool = True
) -> CheckerSpec:
    """Kattis' arguments of the default output validator as a comparison.

    Args:
        case_sensitive: where they do not say; in a package of Kattis it is not.

    Raises:
        DataError: an argument is unknown.
    """
    abs_tol = rel_tol = None
    spaces = False
    words = iter(args)
    try:
        for word in words:
            match word:
                case "case_sensitive":
                    case_sensitive = True
                case "case_insensitive":
                    case_sensitive = False
                case "space_change_sensitive":
                    spaces = True
                case "float_tolerance":
                    abs_tol = rel_tol = float(next(words))
                case "float_absolute_tolerance":
                    abs_tol = float(next(words))
                case "float_relative_tolerance":
                    rel_tol = float(next(words))
                case _:
                    raise DataError(
                        f"{source}: {word!r} is no argument of the default output validator"
                    )
        if abs_tol is not None or rel_tol is not None:
            return CheckerSpec("floats", case_sensitive, abs_tol or 0.0, rel_tol or 0.0)
        return CheckerSpec("lines" if spaces else "tokens", case_sensitive)
    except (StopIteration, ValueError) as error:
        raise DataError(f"{source}: a tolerance must be a number: {error}") from error


def _declared(document: Mapping[str, Any]) -> Declared:
    validation = " ".join(_words(document.get("validation")))
    kinds = " ".join(_words(document.get("type")))
    if "interactive" in validation or "interactive" in kinds or "multi-pass" in kinds:
        return Declared.INTERACTIVE
    return Declared.CUSTOM if "custom" in validation else Declared.COMPARED


class _Loader(yaml.SafeLoader):
    """Without aliases: a few of them, each of the one before, are a document of any size."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)


def _yaml(root: Path, path: Path) -> Mapping[str, Any]:
    text = read_text(root, path, _YAML_BYTES)
    try:
        # The loader is a safe one. Dates and numbers that are none are ValueErrors.
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, without aliases
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    return _table(document, path, "the document")


def _table(value: Any, path: Path, name: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise DataError(f"{path}: {name}: must be a table")
    return value


def _words(value: Any) -> list[str]:
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [word for item in items for word in str(item).split()]


def _number(value: Any, default: float, path: Path, name: str) -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise DataError(f"{path}: {name}: {value!r} is no positive number")
    return float(value)
