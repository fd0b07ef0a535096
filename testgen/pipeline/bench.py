"""What the stages of one problem work with, and how they end early."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from testgen.outputs import Output
from testgen.running.runner import Runner
from testgen.running.solutions import Solutions
from testgen.service import Service
from testgen.settings import Settings
from testgen.storage.blobs import Blobs
from testgen.values import Case, Problem
from testgen.writing.model import Budget, Model


class Reason(StrEnum):
    """Why a problem is rejected."""

    INTERACTIVE = "interactive"
    SPECIAL_JUDGE = "special_judge"
    NO_REFERENCES = "no_references"
    NO_VALIDATOR = "no_validator"
    GENERATOR_FAILED = "generator_failed"
    TOO_FEW_VALID = "too_few_valid"
    REFERENCES_DISAGREE = "references_disagree"
    FAULT = "fault"


class Rejected(Exception):
    """The problem ends here; the detail is for people."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Bench:
    """The tools of one problem, and the book in which each stage writes what it found.

    Attributes:
        book: sections by name, all of JSON: the result of the problem.
        say: gets the name of each stage when it begins.
        model: writes what is missing, if there is one; ``budget`` is what this problem has used.
    """

    problem: Problem
    settings: Settings
    service: Service
    runner: Runner
    blobs: Blobs
    say: Callable[[str], None] = lambda stage: None
    model: Model | None = None
    budget: Budget = field(default_factory=Budget)
    book: dict[str, Any] = field(default_factory=dict)

    @property
    def solutions(self) -> Solutions:
        """Runs solutions under this problem's limits."""
        return Solutions(self.runner, self.settings, self.service, self.problem)


@dataclass(frozen=True)
class ProvenCase:
    """A case with its right answer, and how sure that is."""

    case: Case
    answer: Output
    drawn: int
    ok: int
    agree: int
    second: int
