"""How outputs are judged: what the statement says, and what references' outputs show."""

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.checkers import CheckerSpec
from testgen.judging.votes import Vote, vote
from testgen.outputs import Output, bytes_of

# Nothing in these is without an end: a statement is a stranger's, and may be made to be slow to read.
_SEVERAL = re.compile(
    r"\b(?:print|output|find|give|report|write)\s+any\b(?!\s+order)"
    r"|\bany\s+(?:one\s+)?of\s+(?:them|these)\b"
    r"|\bany\s+(?:valid|correct|optimal|such)\s+(?:answer|solution|output|order|sequence)\b"
    r"|\b(?:multiple|several|more than one)\s+(?:\w+\s+){0,2}(?:answers?|solutions?|ways?)\b"
    r"[^.]{0,200}\bany\b"
    r"|\bany\s+(?:answer|solution)\s+(?:is|will be)\s+accepted\b",
    re.IGNORECASE,
)
_INTERACTIVE = re.compile(
    r"\binteractive\s+(?:problem|task)\b|\bflush\s+(?:the\s+)?(?:output|stdout)", re.I
)
_ANY_ORDER = re.compile(r"\bin\s+any\s+order\b|\border\b[^.]{0,200}\bdoes\s+not\s+matter\b", re.I)
_ABOUT_ERRORS = re.compile(
    r"\b(?:errors?|toleran\w{0,8}|precision|accura\w{0,8}|differ\w{0,8})\b", re.I
)
_TINY = re.compile(
    r"\b10\s?(?:\^|\*\*)\s?\{?\s?[-\u2212\u2013]\s?([0-9]{1,2})(?![0-9])"  # 10^-6, 10^{-6}
    r"|\b10\u207b([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,2})"  # with raised digits
    r"|\b1(?:\.0{1,9})?e-([0-9]{1,2})\b|(?<![\w.])0\.(0{0,20}1)(?!\w|\.[0-9])",
    re.IGNORECASE,
)
_NEAR_CHARS = 150
_ABOUT_REALS = re.compile(
    r"\breal\s+(?:number|value)|\bfloating|\bdecimal|\bfractional|\brounded\b|\bapproximat"
    r"|\bdigits\s+after\b",
    re.IGNORECASE,
)
_REAL = re.compile(
    rb"(?<![\w.])[+-]?(?:[0-9]+\.[0-9]+(?:e[+-]?[0-9]+)?|[0-9]+e[+-]?[0-9]+)(?![\w.])",
    re.IGNORECASE,
)
_LOOKED_AT_BYTES = 4096  # of an output, for a real number


@dataclass(frozen=True, slots=True)
class Cues:
    """What a statement says about its judge.

    Attributes:
        tolerance: the error that it allows; None if it names none.
        reals: it speaks of real numbers or their digits.
    """

    several_answers: bool
    interactive: bool
    any_order: bool
    tolerance: float | None
    reals: bool


def cues(statement: str) -> Cues:
    """Read a statement."""
    text = " ".join(statement.split())
    return Cues(
        several_answers=bool(_SEVERAL.search(text)),
        interactive=bool(_INTERACTIVE.search(text)),
        any_order=bool(_ANY_ORDER.search(text)),
        tolerance=_tolerance(text),
        reals=bool(_ABOUT_REALS.search(text)),
    )


def _tolerance(text: str) -> float | None:
    """The largest small number near a word about errors."""
    words = [one.start() for one in _ABOUT_ERRORS.finditer(text)]
    small = []
    for number in _TINY.finditer(text):
        after = bisect(words, number.start())
        near = (abs(number.start() - one) for one in words[max(0, after - 1) : after + 1])
        if min(near, default=_NEAR_CHARS) < _NEAR_CHARS:
            exponent, raised, plain, zeros = number.groups()
            digits = exponent or plain or unicodedata.normalize("NFKC", raised or "")
            small.append(float(f"1e-{digits or len(zeros)}"))
    return max(small, default=None)


def ladder(
    declared: CheckerSpec,
    found: Cues,
    outputs: Iterable[Output],
    *,
    tolerances: Sequence[float],
    untold_tolerance: float,
) -> list[CheckerSpec]:
    """The comparisons that come into question, the strictest first.

    An order that is ignored, or an error that is allowed, needs the statement's word for it; an error also
    real numbers among the outputs.

    Args:
        tolerances: errors that are tried, up to the one that the statement names.
        untold_tolerance: the largest one where it speaks of real numbers, but of no error.
    """
    steps = [declared]
    if declared.type in ("exact", "lines", "tokens"):
        steps.append(CheckerSpec(type="tokens", case_sensitive=False))
        allowed = found.tolerance or (untold_tolerance if found.reals else None)
        if allowed is not None and any(
            _REAL.search(bytes_of(one)[:_LOOKED_AT_BYTES]) for one in outputs
        ):
            errors = sorted({*(error for error in tolerances if error < allowed), allowed})
            steps += [CheckerSpec(type="floats", abs_tol=tol, rel_tol=tol) for tol in errors]
        if found.any_order:
            steps += [CheckerSpec(type="unordered_lines"), CheckerSpec(type="unordered_tokens")]
    return list(dict.fromkeys(steps))


@dataclass(frozen=True, slots=True)
class Level:
    """A comparison, and how many inputs it makes references agree on."""

    spec: CheckerSpec
    share: float
    votes: tuple[Vote, ...]


def choose_level(
    steps: Sequence[CheckerSpec],
    outputs: Sequence[Sequence[Output | None]],
    *,
    agree_share: float,
    level_share: float,
) -> Level:
    """The strictest comparison under which references agree; the declared one if there is none.

    Args:
        outputs: for each input, what each reference printed.
    """
    first: Level | None = None
    for spec in steps:
        votes = tuple(vote(one, spec) for one in outputs)
        able = [one for one in votes if one.ok >= 2] or list(votes)
        share = sum(one.valid(agree_share) for one in able) / max(1, len(able))
        level = Level(spec, share, votes)
        if share >= level_share:
            return level
        first = first or level
    assert first is not None
    return first


def looks_special(
    votes: Sequence[Vote], *, agree_share: float, answers: int, unsettled_share: float
) -> bool:
    """Whether references that all seem right give so many different answers on many small inputs."""
    able = [one for one in votes if one.ok >= answers]
    split = [one for one in able if one.answers >= answers and one.agree < agree_share * one.ok]
    return bool(able) and len(split) >= unsettled_share * len(able)


def spec_name(spec: CheckerSpec) -> str:
    """A comparison in a few words, for reports."""
    if spec.type == "floats":
        return f"floats, {max(spec.abs_tol, spec.rel_tol):g}"
    return spec.type if spec.case_sensitive else f"{spec.type}, any case"
