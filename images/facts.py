"""What every language must show: a small program for each fact, in ``facts.toml`` beside a definition.

    [java]
    echo = '''…'''            # a program
    [java.modules]             # or with an expected output of its own
    code = '''…'''
    expected_output = "…"
    [java.absent]              # or why the language has no such thing
    threads = "…"

What each program must come to is the same for all languages (``sandbox.worker.facts``). A fact that has
neither a program nor a reason is a mistake, so that nothing is left out quietly.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from images.errors import DefinitionError
from images.fields import Fields
from images.loading import definition_files

FACTS_FILE = "facts.toml"

FACTS: Mapping[str, str] = {
    "echo": "copies 10 MB from its input to its output",
    "unicode": "prints text beyond ASCII, of its own and of its input",
    "exit_code": "ends with exit status 3",
    "error": "ends by an error that nobody catches",
    "compile_error": "is not a program of the language",
    "endless": "loops for ever",
    "memory": "takes more and more memory",
    "threads": "adds up 10 with threads or processes",
    "flood": "prints for ever",
    "modules": "uses what programs usually import",
    "network": "tries to reach another machine",
    "cpu_time": "computes for half a second or more, and says how much CPU time it has used",
}
"""What the program of each fact does."""


NO_PROGRAM = "no program for it is there"
"""The reason where a definition has no facts beside it."""


@dataclass(frozen=True, slots=True)
class FactProgram:
    """A program, and what it must print where that is not the same for all languages."""

    code: str
    expected_output: str | None = None


@dataclass(frozen=True, slots=True)
class LanguageFacts:
    """The programs of one language by fact, and for the other facts why there is none."""

    programs: Mapping[str, FactProgram] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)


def find_facts(extra: Iterable[Path] = ()) -> dict[tuple[str, str], LanguageFacts]:
    """The facts of all definitions, here and in the directories ``extra``, by image and language.

    Raises:
        DefinitionError: a file says something wrong.
    """
    found = {}
    for name, path in definition_files(extra).items():
        facts = path.with_name(FACTS_FILE)
        if facts.exists():
            for language, one in load_facts(facts).items():
                found[name, language] = one
    return found


def load_facts(path: Path) -> dict[str, LanguageFacts]:
    """Read one ``facts.toml``.

    Raises:
        DefinitionError: it cannot be read, or says something wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(f"{path}: cannot be read as TOML: {error}") from error
    fields = Fields(document, str(path))
    found: dict[str, LanguageFacts] = {}
    for language in document:
        table = fields.table(language)
        if table.has("same_as"):
            other = table.text("same_as")
            table.done()
            if other not in found:
                table.fail("same_as", f"{other!r} is no language above this one")
            found[language] = found[other]
        else:
            found[language] = _language(table)
    return found


def _language(fields: Fields) -> LanguageFacts:
    absent = fields.texts_by_name("absent")
    programs = {}
    for fact in FACTS:
        if fields.has(fact) == (fact in absent):
            fields.fail(fact, "give a program for it, or say under absent why there is none")
        if fields.has(fact):
            programs[fact] = _program(fields, fact)
    for fact in absent:
        if fact not in FACTS:
            fields.fail(f"absent.{fact}", f"is not a fact; they are {', '.join(FACTS)}")
    fields.done()
    return LanguageFacts(programs, absent)


def _program(fields: Fields, fact: str) -> FactProgram:
    if not fields.is_table(fact):
        return FactProgram(fields.text(fact))
    table = fields.table(fact)
    program = FactProgram(table.text("code"), table.text("expected_output"))
    table.done()
    return program


@dataclass(frozen=True, slots=True)
class FactResult:
    """What came of one fact of one language.

    Attributes:
        language: its canonical name.
        fact: one of ``FACTS``, or ``hello``.
        complaint: what was wrong, if anything was.
        absent: why there is no program for it, if there is none.
        seconds: how long it took, with compiling.
    """

    language: str
    fact: str
    complaint: str | None
    absent: str | None
    seconds: float
