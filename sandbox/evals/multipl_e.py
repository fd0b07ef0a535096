"""MultiPL-E: every completion below a folder that has no result yet is run, and its status written.

The files are read twice: once to count what is to be done, and once each when its turn comes, so
that only those under way are in memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.client import AsyncClient
from sandbox.evals import dialects
from sandbox.evals.engine import NoResult, Refused, run_all
from sandbox.evals.files import FileUnusable
from sandbox.evals.multipl_e_files import Place, Sheet, find_problems, open_sheet, result_of
from sandbox.evals.summary import Findings, Watch
from sandbox.models import LanguageInfo, RunResult

_Job = tuple[tuple[Sheet, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Served:
    """A language that can be evaluated: its name here, and its rules."""

    name: str
    rules: dialects.Dialect


async def evaluate(
    client: AsyncClient,
    folder: Path,
    output: Path | None,
    at_once: int,
    watch: Watch,
    *,
    retry_refused: bool = False,
) -> Findings:
    """Evaluate what is not done, and say what all of it comes to.

    With ``retry_refused`` the programs that the service did not take are not done.
    Whatever ends it, results are in their files up to the first gap of each.

    Raises:
        FileUnusable: the folder cannot be read, or a results file cannot be written.
        ServiceUnavailable, AnswerInvalid, RequestRefused: there is no service.
    """
    evaluation = _Evaluation(await client.languages(), retry_refused=retry_refused)
    to_do = evaluation.look_at(find_problems(folder, output))
    watch.begin(evaluation.programs)
    try:
        async for (sheet, program), result in run_all(client, evaluation.jobs(to_do), at_once):
            if isinstance(result, NoResult):
                evaluation.findings.no_result[result.reason] += 1
            else:
                sheet.record(program, evaluation.result_of(sheet, program, result))
            watch.advance()
    finally:
        evaluation.close()
    return evaluation.findings


class _Evaluation:
    """One call: what the service has, what is under way, and what was found."""

    def __init__(self, languages: Sequence[LanguageInfo], *, retry_refused: bool) -> None:
        self._retry_refused = retry_refused
        self._names = {
            name.lower() for language in languages for name in (language.name, *language.aliases)
        }
        self._served: dict[str, _Served | None] = {}
        self._open: list[Sheet] = []
        self.findings = Findings()
        self.programs = 0

    def look_at(self, places: Sequence[Place]) -> list[Place]:
        """Those that have something to be done; the others are counted."""
        to_do = []
        for place in places:
            sheet = self._opened(place)
            if sheet is None or sheet.completions == 0:
                continue
            if not sheet.missing:
                self._count(sheet)
            elif self._find(sheet.language) is not None:
                to_do.append(place)
                self.programs += len(sheet.missing)
            else:
                self.findings.count((place.group, sheet.language), None)
        return to_do

    def jobs(self, places: Sequence[Place]) -> Iterator[_Job]:
        """The programs to run; a sheet is opened when its turn comes and closed when it is done."""
        for place in places:
            sheet = self._opened(place)
            served = None if sheet is None else self._find(sheet.language)
            if sheet is None or served is None:
                continue
            self._close_those_that_are_done()
            self._open.append(sheet)
            limits = {"cpu_time_s": served.rules.run_s}
            for program in list(sheet.missing):
                yield (
                    (sheet, program),
                    {"language": served.name, "code": program, "limits": limits},
                )

    def result_of(self, sheet: Sheet, program: str, result: RunResult | Refused) -> dict[str, Any]:
        """What the results file says about a program that was run."""
        served = self._find(sheet.language)
        assert served is not None, "only such programs are run"
        return result_of(program, served.rules, result)

    def close(self) -> None:
        """Write what is not written, and count it."""
        sheets, self._open = self._open, []
        for sheet in sheets:
            sheet.write()
            self._count(sheet)

    def _close_those_that_are_done(self) -> None:
        for sheet in [sheet for sheet in self._open if not sheet.missing]:
            self._open.remove(sheet)
            self._count(sheet)

    def _count(self, sheet: Sheet) -> None:
        self.findings.count((sheet.place.group, sheet.language), sheet.tally)
        self.findings.refused.update(sheet.refused)

    def _opened(self, place: Place) -> Sheet | None:
        try:
            return open_sheet(place, retry_refused=self._retry_refused)
        except FileUnusable as error:
            self.findings.unusable.append(str(error))
            return None

    def _find(self, language: str) -> _Served | None:
        """How a language is evaluated; if it cannot be, that is noted once."""
        if language not in self._served:
            self._served[language] = self._looked_up(language)
        return self._served[language]

    def _looked_up(self, language: str) -> _Served | None:
        rules = dialects.dialect(language)
        if rules is None:
            known = ", ".join(dialects.known_languages())
            self.findings.unusable.append(f"language {language!r}: no rules for it; known: {known}")
            return None
        name = next((name for name in rules.names if name in self._names), None)
        if name is None:
            wanted = " or ".join(rules.names)
            self.findings.unusable.append(f"language {language!r}: the service has no {wanted}")
            return None
        return _Served(name, rules)
