"""Output checkers: is what a program wrote the right answer?

A checker compares the expected output with the actual one and says yes, or no and where the first
difference is. The program is hostile and its output may be anything, so a checker

- works on bytes: nothing is decoded or normalised. A NUL, a byte order mark and a composed accent
  are content like every other byte;
- never raises because of what an output holds;
- takes time linear in the two sizes. Both are walked in blocks: ordered checkers hold one block of
  each side at a time, and unordered ones the distinct lines or tokens of the *expected* output,
  never those of the actual one. Only a single huge line or token is copied whole;
- stops at the first difference.

`compare` is pure and does not yield: tens of megabytes keep a core busy for seconds, so call it
outside the event loop. Its message quotes the expected output: it is for the one who set the test,
never for the program or for a model that gets another try.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_UP, Context, Decimal
from itertools import islice, zip_longest
from typing import Literal, get_args

CheckerType = Literal["exact", "lines", "tokens", "floats", "unordered_lines", "unordered_tokens"]

_Same = Callable[[bytes, bytes], bool]

_BLOCK_BYTES = 1 << 16  # small enough to stay in the processor's cache
_QUOTED_CHARS = 60
_LEAD_BYTES = 30  # shown before the difference, so that a reader recognises the place

_NEWLINE = re.compile(rb"\n")
_WHITESPACE = re.compile(rb"[ \t\n\r\v\f]")  # what bytes.split() splits on
_TOKEN = re.compile(rb"[^ \t\n\r\v\f]++")

# Possessive all the way, so that it cannot backtrack. An exponent has at most 8 digits after its
# leading zeros: every match then fits the decimal module's range, on 32-bit builds too.
_NUMBER = re.compile(
    rb"[+-]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+(?=[0-9])0*+[0-9]{0,8}+)?+"
)


@dataclass(frozen=True, slots=True)
class CheckerSpec:
    """Which comparison, and how strict.

    `type` is one of:

    - `exact`: the bytes are equal.
    - `lines`: the lines are equal, in order. Blanks (space, tab, CR) at the end of a line and empty
      lines at the end of the output do not count. A line ends at LF.
    - `tokens`: the tokens are equal, in order. A token is a run of bytes without ASCII whitespace
      (space, tab, LF, CR, VT, FF), so how the output is laid out does not count.
    - `floats`: like `tokens`, but where the expected token is a number, the actual one must be a
      number `a` with `|a - e| <= max(abs_tol, rel_tol * |e|)`. See `_NumberComparer`.
    - `unordered_lines`: the same lines, each as often, in any order. Lines are as in `lines`, but
      an empty line never counts: at the end it does not, and here every order is the same.
    - `unordered_tokens`: the same tokens, each as often, in any order.

    `case_sensitive=False` makes ASCII letters equal to their other case, and no other letters. It
    contradicts `exact`.

    `abs_tol` and `rel_tol` matter to `floats` only. They default to 1e-6, what most contests ask
    of real numbers. Integers get the tolerance too: at 1e-6, 10000001 is accepted for 10000000.
    Where an exact count stands beside real numbers, lower `rel_tol`.

    Raises ValueError for an unknown type, for a tolerance that is negative or not finite, and for
    `exact` with `case_sensitive=False`.
    """

    type: CheckerType = "tokens"
    case_sensitive: bool = True
    abs_tol: float = 1e-6
    rel_tol: float = 1e-6

    def __post_init__(self) -> None:
        if self.type not in get_args(CheckerType):
            known = ", ".join(get_args(CheckerType))
            raise ValueError(f"checker type {self.type!r} is unknown: use one of {known}")
        if self.type == "exact" and not self.case_sensitive:
            raise ValueError("checker 'exact' compares bytes: case_sensitive must be true")
        for name, value in (("abs_tol", self.abs_tol), ("rel_tol", self.rel_tol)):
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"checker {name} is {value}: it must be finite and 0 or more")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of one comparison.

    `message` is empty when accepted. Else it is one short printable line that tells where the first
    difference is (byte, line and token numbers start at 1) and quotes both sides around it.
    """

    accepted: bool
    message: str


def compare(spec: CheckerSpec, expected: bytes, actual: bytes) -> Comparison:
    """Judge `actual` against `expected` by the rules of `spec`. Equal bytes are always accepted."""
    if expected == actual:
        return Comparison(accepted=True, message="")
    match spec.type:
        case "exact":
            message = _exact_difference(expected, actual)
        case "unordered_lines" | "unordered_tokens":
            message = _unordered_difference(spec, expected, actual)
        case _:
            message = _ordered_difference(spec, expected, actual)
    return Comparison(accepted=not message, message=message)


def _exact_difference(expected: bytes, actual: bytes) -> str:
    offset = _common_prefix_bytes(expected, actual)
    line = actual.count(b"\n", 0, offset) + 1
    return f"byte {offset + 1} (line {line}): {_both_sides(expected, actual)}"


def _ordered_difference(spec: CheckerSpec, expected: bytes, actual: bytes) -> str:
    items = _lines if spec.type == "lines" else _tokens
    same = _same_item(spec)
    pairs = zip_longest(items(expected), items(actual))  # None once a side has ended
    for number, (want, got) in enumerate(pairs, 1):
        if want != got and (want is None or got is None or not same(want, got)):
            return f"{_place(spec, actual, number)}: {_both_sides(want, got)}"
    return ""


def _unordered_difference(spec: CheckerSpec, expected: bytes, actual: bytes) -> str:
    items = _lines if spec.type == "unordered_lines" else _tokens
    fold = bytes if spec.case_sensitive else bytes.lower
    missing = Counter(map(fold, filter(None, items(expected))))
    for number, item in enumerate(items(actual), 1):
        if not item:
            continue
        key = fold(item)
        left = missing.get(key)
        if not left:
            reason = "not expected" if left is None else "more often than expected"
            return f"{_place(spec, actual, number)}: {_quote(item, 0)} is {reason}"
        missing[key] = left - 1
    for item, left in missing.items():
        if left:
            kind = "line" if spec.type == "unordered_lines" else "token"
            return f"{kind} {_quote(item, 0)} is missing (short by {left})"
    return ""


def _lines(data: bytes) -> Iterator[bytes]:
    """The lines of `data` as `lines` sees them; inner empty lines are kept."""
    for _, block in _blocks(data.rstrip(b" \t\r\n"), _NEWLINE):
        for line in block.split(b"\n"):
            yield line.rstrip(b" \t\r")


def _tokens(data: bytes) -> Iterator[bytes]:
    for _, block in _blocks(data, _WHITESPACE):
        yield from block.split()


def _blocks(data: bytes, separator: re.Pattern[bytes]) -> Iterator[tuple[int, bytes]]:
    """Cut `data` at separators into pieces of about `_BLOCK_BYTES`: (offset, piece) pairs.

    The separator at a cut is left out. Splitting 16 MiB at once would need up to half a gigabyte.
    """
    start = 0
    while start < len(data):
        cut = separator.search(data, start + _BLOCK_BYTES)
        end = cut.start() if cut else len(data)
        yield start, data[start:end]
        start = end + 1


def _same_item(spec: CheckerSpec) -> _Same:
    """How two lines or tokens that are not the same bytes are compared."""
    text = _never_same if spec.case_sensitive else _same_but_for_case
    return _NumberComparer(spec, text) if spec.type == "floats" else text


def _never_same(want: bytes, got: bytes) -> bool:
    return False


def _same_but_for_case(want: bytes, got: bytes) -> bool:
    return want.lower() == got.lower()  # bytes.lower() knows ASCII only


class _NumberComparer:
    """Compares two differing tokens as numbers where the expected one is a number, else as text.

    A number is sign, ASCII digits, point and exponent, nothing else: no hexadecimal, no underscore,
    no `nan`, no `inf`. Those are text, so an expected `nan` is met by the same text only, and never
    by tolerance. So is a number whose exponent has more than 8 digits.

    The comparison is exact, without binary rounding: the tolerances mean the decimal numbers that
    one writes (0.4 is within 0.1 of 0.3), integers beyond 2**53 keep all their digits, and 1e400
    is not infinite. A bounded precision does it: the difference is rounded away from zero to enough
    digits to hold the tolerance exactly. If the true difference is within the tolerance, so is the
    rounded one, as the tolerance itself is a candidate; if it is not, the rounded one is larger
    still. So the cost depends on the lengths of the tokens, never on their exponents.
    """

    def __init__(self, spec: CheckerSpec, same_text: _Same) -> None:
        self._abs_tol = Decimal(repr(float(spec.abs_tol)))
        self._rel_tol = Decimal(repr(float(spec.rel_tol)))
        self._same_text = same_text
        # No traps: nothing can overflow with the exponents that _NUMBER lets through.
        self._context = Context(rounding=ROUND_UP, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])

    def __call__(self, want: bytes, got: bytes) -> bool:
        if not _NUMBER.fullmatch(want):
            return self._same_text(want, got)
        if not _NUMBER.fullmatch(got):
            return False
        expected, actual = Decimal(want.decode("ascii")), Decimal(got.decode("ascii"))
        self._context.prec = len(want) + 20  # a float's repr has fewer than 20 digits
        relative = self._context.multiply(self._rel_tol, expected.copy_abs())
        difference = self._context.subtract(actual, expected).copy_abs()
        return difference <= max(self._abs_tol, relative)


def _place(spec: CheckerSpec, actual: bytes, number: int) -> str:
    if spec.type in ("lines", "unordered_lines"):
        return f"line {number}"
    return f"token {number} (line {_line_of_token(actual, number)})"


def _line_of_token(data: bytes, number: int) -> int:
    """The line in which a token starts (both from 1); the last one if there are fewer tokens."""
    before = 0
    for start, block in _blocks(data, _WHITESPACE):
        tokens = len(block.split())
        if before + tokens >= number:
            token = next(islice(_TOKEN.finditer(block), number - before - 1, None))
            return data.count(b"\n", 0, start + token.start()) + 1
        before += tokens
    return data.rstrip().count(b"\n") + 1


def _both_sides(want: bytes | None, got: bytes | None) -> str:
    """Both sides, quoted from shortly before their first difference; None is the end of a side."""
    start = 0
    if want is not None and got is not None:
        start = max(0, _common_prefix_bytes(want, got) - _LEAD_BYTES)
    end = "the end of the output"
    expected = end if want is None else _quote(want, start)
    return f"expected {expected}, got {end if got is None else _quote(got, start)}"


def _common_prefix_bytes(left: bytes, right: bytes) -> int:
    """The length of the common prefix, by halving: a loop over each byte would be slow."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _quote(data: bytes, start: int) -> str:
    """About 60 printable characters of `data` from `start` on; what is cut off shows as `…`."""
    window = data[start : start + 4 * _QUOTED_CHARS + 1]  # UTF-8: at most 4 bytes each
    shown = ""
    for char in window.decode("utf-8", "surrogateescape"):
        piece = _printable(char)
        if len(shown) + len(piece) > _QUOTED_CHARS:
            return f"'{'…' * bool(start)}{shown}…'"
        shown += piece
    return f"'{'…' * bool(start)}{shown}'"


def _printable(char: str) -> str:
    """One character, escaped unless it is printable; a byte that is not UTF-8 as hexadecimal."""
    if "\udc80" <= char <= "\udcff":  # how surrogateescape passes such a byte
        return f"\\x{ord(char) - 0xDC00:02x}"
    return repr(char)[1:-1]
