"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is."""

    PASS = "PASS"  # noqa: S105 - a level of a check, not a password
    CAUTION = "CAUTION"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        name: what was looked at, in a word or two.
        level: PASS; CAUTION (it works, but weaker or less repeatable); FAIL (the runtime cannot work).
        finding: what is so, in one short line.
        mend: what changes it, or "" where nothing needs to or can be done.
    """

    name: str
    level: Level
    finding: str
    mend: str = ""
