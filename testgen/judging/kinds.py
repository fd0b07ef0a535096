"""How outputs are judged: what the statement says, and what references' outputs show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.checkers import CheckerSpec
from testgen.judging.votes import Vote, vote

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
_REAL = re.compile(rb"(?<![\w.])[+-]?[0-9]+\.[0-9]+(?![\w.])")
_TOLERANCES = (1e-9, 1e-6, 1e-4)


@dataclass(frozen=True, slots=True)
class Cues:
    """What a statement says about its judge."""

    several_answers: bool
    interactive: bool
    any_order: bool


def cues(statement: str) -> Cues:
    """Read a statement."""
    text = " ".join(statement.split())
    return Cues(
        several_answers=bool(_SEVERAL.search(text)),
        interactive=bool(_INTERACTIVE.search(text)),
        any_order=bool(_ANY_ORDER.search(text)),
    )


def ladder(declared: CheckerSpec, found: Cues, some_output: bytes) -> list[CheckerSpec]:
    """The comparisons that come into question, the strictest first."""
    steps = [declared]
    if declared.type in ("exact", "lines", "tokens"):
        steps.append(CheckerSpec(type="tokens", case_sensitive=False))
        if _REAL.search(some_output):
            steps += [CheckerSpec(type="floats", abs_tol=tol, rel_tol=tol) for tol in _TOLERANCES]
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
    outputs: Sequence[Sequence[bytes | None]],
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


def looks_special(votes: Sequence[Vote], *, agree_share: float, unsettled_share: float) -> bool:
    """Whether references that all seem right give many different answers on many small inputs."""
    able = [one for one in votes if one.ok >= 3]
    split = [one for one in able if one.answers >= 3 and one.agree < agree_share * one.ok]
    return bool(able) and len(split) >= unsettled_share * len(able)


def spec_name(spec: CheckerSpec) -> str:
    """A comparison in a few words, for reports."""
    if spec.type == "floats":
        return f"floats, {max(spec.abs_tol, spec.rel_tol):g}"
    return spec.type if spec.case_sensitive else f"{spec.type}, any case"
