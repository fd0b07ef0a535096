"""Values that a function returned, as JSON: read strictly and compared with what is expected. Pure.

What is compared are plain values of ours, made from the bytes that a driver wrote: nothing of the program's
own (an ``__eq__``, a subclass, a patched module) is in reach. The bytes may still be hostile, so reading
never raises anything but `NotAValue`, and comparing works on a list of its own instead of the stack.

Numbers are equal when their values are, whether written as 1 or as 1.0; true and false are no numbers. With
tolerances, a number is close enough if ``|a - e| <= max(abs_tol, rel_tol * |e|)``.
"""

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn, TypeAlias

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"

# Longer numbers are no answers, and reading them takes quadratic time.
_MAX_DIGITS = 4000
_SHOWN_CHARS = 60


class NotAValue(Exception):
    """The bytes are not one JSON value."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be off; zero is exact."""

    abs_tol: float = 0.0
    rel_tol: float = 0.0


EXACT = Tolerance()


def _refuse(name: str) -> NoReturn:
    raise NotAValue(f"{name} is no JSON number")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise NotAValue(f"a number of {len(digits)} digits")
    return int(digits)


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise NotAValue("a number is out of range")
    return number


def _unique(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotAValue("a name occurs twice in one object")
    return members


def parse_value(data: bytes) -> Value:
    """The one JSON value in ``data``. Raises NotAValue."""
    try:
        value: Value = json.loads(
            data.decode(),
            parse_constant=_refuse,
            parse_int=_integer,
            parse_float=_float,
            object_pairs_hook=_unique,
        )
    except RecursionError:
        raise NotAValue("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise NotAValue("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotAValue(f"it is not JSON: {error.msg} at byte {error.pos}") from None
    return value


def difference(expected: Value, actual: Value, tolerance: Tolerance = EXACT) -> str:
    """Where two values first differ, in words; empty if they do not."""
    waiting = [("", expected, actual)]
    while waiting:
        where, wanted, found = waiting.pop()
        if isinstance(wanted, list) and isinstance(found, list):
            if len(wanted) != len(found):
                return f"{_at(where)}expected {len(wanted)} elements, got {len(found)}"
            pairs = list(zip(wanted, found, strict=True))
            waiting.extend(
                (f"{where}[{index}]", *pairs[index]) for index in reversed(range(len(pairs)))
            )
        elif isinstance(wanted, dict) and isinstance(found, dict):
            if wanted.keys() != found.keys():
                odd = min(wanted.keys() ^ found.keys())
                state = "is missing" if odd in wanted else "is not expected"
                return f"{_at(where)}the member {_shown(odd)} {state}"
            waiting.extend(
                (f"{where}.{name[:_SHOWN_CHARS]}", wanted[name], found[name])
                for name in sorted(wanted, reverse=True)
            )
        elif not _same(wanted, found, tolerance):
            return f"{_at(where)}expected {_shown(wanted)}, got {_shown(found)}"
    return ""


def _same(wanted: Value, found: Value, tolerance: Tolerance) -> bool:
    if _is_number(wanted) and _is_number(found):
        return _close(wanted, found, tolerance)  # type: ignore[arg-type]  # they are numbers
    return type(wanted) is type(found) and wanted == found


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _close(wanted: float, found: float, tolerance: Tolerance) -> bool:
    if wanted == found:
        return True
    if not tolerance.abs_tol and not tolerance.rel_tol:
        return False
    # Exact arithmetic: an integer may be larger than any float.
    exact = Fraction(wanted)
    allowed = max(Fraction(tolerance.abs_tol), Fraction(tolerance.rel_tol) * abs(exact))
    return abs(Fraction(found) - exact) <= allowed


def _at(where: str) -> str:
    if len(where) > 2 * _SHOWN_CHARS:
        where = where[: 2 * _SHOWN_CHARS] + "…"
    return f"at {where}: " if where else ""


def _shown(value: Value) -> str:
    if isinstance(value, list | dict):
        return f"a list of {len(value)}" if isinstance(value, list) else "an object"
    if isinstance(value, str) and len(value) > _SHOWN_CHARS:
        value = value[:_SHOWN_CHARS] + "…"
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 2 * _SHOWN_CHARS else text[: 2 * _SHOWN_CHARS] + "…"
