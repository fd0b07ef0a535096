"""An image's facts test: ``python -m sandbox.worker.facts STORE DIGEST [DIRECTORY…]``.

Judges the programs of ``images.facts`` for each language of the image like any other run, and prints a
line of JSON for each: language, fact, seconds, and what was wrong if anything was.
"""

import dataclasses
import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import uvloop

from sandbox.checkers import CheckerSpec
from sandbox.jobs import Job, JobResult, JobTest, LimitChanges, Step
from sandbox.models import Verdict
from sandbox.worker.host import (
    FACTS,
    MIB,
    NO_PROGRAM,
    FactProgram,
    FactResult,
    Host,
    Language,
    LanguageFacts,
    StoredImage,
    find_facts,
)
from sandbox.worker.judge import Judge
from sandbox.worker.selftest import hello_job, opened

_ECHO = b"".join(b"%07d the quick brown fox jumps over the lazy dog, then again and again\n" % n
                 for n in range(140_000))  # fmt: skip
_UNICODE_INPUT = "héllo wörld ✓ 漢字 😀\n"
_UNICODE_OUTPUT = f"ünï ✓ 漢字 😀 {_UNICODE_INPUT}"
_ENDLESS_S = 1.0
# CPU time that is not in a program's own figure: starting it, and what runs beside it or ends it.
_UNSEEN_S = 1.5

_OUTPUTS = {
    "unicode": _UNICODE_OUTPUT,
    "threads": "10\n",
    "modules": "ok\n",
    "network": "refused\n",
}
_VERDICTS = {
    "exit_code": Verdict.RE,
    "error": Verdict.RE,
    "endless": Verdict.TLE,
    "memory": Verdict.MLE,
    "flood": Verdict.OLE,
    "cpu_time": Verdict.OK,
}
_LIMITS = {
    "echo": LimitChanges(cpu_time_s=30, memory_bytes=1024 * MIB, output_bytes=16 * MIB),
    # However busy the machine is, it is CPU time that ends it.
    "endless": LimitChanges(cpu_time_s=_ENDLESS_S, wall_time_s=120),
    "memory": LimitChanges(memory_bytes=256 * MIB, cpu_time_s=60),
}

Facts = Mapping[tuple[str, str], LanguageFacts]


def job_of(language: Language, fact: str, program: FactProgram) -> Job:
    """The run that shows a fact."""
    stdin, output = b"", None
    if fact == "echo":
        stdin, output = _ECHO, _ECHO
    elif fact in _OUTPUTS:
        stdin = _UNICODE_INPUT.encode() if fact == "unicode" else b""
        output = (program.expected_output or _OUTPUTS[fact]).encode()
    return Job(
        id=f"{language.name} {fact}",
        language=language.name,
        image=None,
        code=program.code.removeprefix("\n").encode(),
        tests=() if output is None else (JobTest(fact, stdin, output),),
        checker=CheckerSpec("exact"),
        limits=_LIMITS.get(fact, LimitChanges()),
    )


def complaint_about(language: Language, fact: str, result: JobResult) -> str | None:
    """What is wrong with the result of a fact's run; None if it is as it must be."""
    wanted = _VERDICTS.get(fact, Verdict.AC)
    if fact == "compile_error":
        wanted = Verdict.CE if language.compile else Verdict.RE
    if result.verdict is not wanted:
        return f"{result.verdict}, not {wanted}: {_words(result)}"
    run = result.run
    if fact == "exit_code" and (run is None or run.exit_code != 3):
        return f"its exit status is not 3: {_words(result)}"
    if fact == "endless" and (run is None or run.cpu_time_s < _ENDLESS_S):
        return f"was ended before its limit: {_words(result)}"
    if fact == "cpu_time" and run is not None:
        return _cpu_time_complaint(run)
    return None


def _cpu_time_complaint(run: Step) -> str | None:
    """The program's own figure against ours. Ours has what it cannot see: its start and its end."""
    try:
        own_s = float(run.stdout)
    except ValueError:
        return f"printed no figure: {run.stdout[:100]!r}"
    if own_s - 0.05 <= run.cpu_time_s <= own_s + _UNSEEN_S:
        return None
    return f"says it used {own_s:.3f} s of CPU time, and {run.cpu_time_s:.3f} s were measured"


def _words(result: JobResult) -> str:
    steps = [step for step in (result.compile, result.run, *result.tests) if step is not None]
    fault = result.fault.message if result.fault else ""
    last = steps[-1] if steps else None
    if last is None:
        return fault
    outputs = (last.stderr[-400:], last.stdout[:200])
    texts = [last.message, *(output.decode(errors="replace") for output in outputs)]
    return "; ".join(text.strip() for text in [fault, *texts] if text.strip())[:1000]


def work_of(image: StoredImage, facts: Facts) -> Iterator[tuple[Language, str, Job | None, str]]:
    """What is to be shown: language, fact, the run, and where there is none, why."""
    for language in image.definition.languages:
        yield language, "hello", hello_job(language), ""
        known = facts.get((image.name, language.name), LanguageFacts())
        for fact in FACTS:
            if fact in known.programs:
                yield language, fact, job_of(language, fact, known.programs[fact]), ""
            else:
                yield language, fact, None, known.absent.get(fact, NO_PROGRAM)


async def _show_all(image: StoredImage, host: Host, judge: Judge, facts: Facts) -> None:
    try:
        for language, fact, job, absent in work_of(image, facts):
            started_s = time.monotonic()
            complaint = None
            if job is not None:
                complaint = complaint_about(language, fact, await judge.judge(job))
            seconds = round(time.monotonic() - started_s, 3)
            shown = FactResult(language.name, fact, complaint, absent or None, seconds)
            sys.stdout.write(json.dumps(dataclasses.asdict(shown)) + "\n")
            sys.stdout.flush()
    finally:
        await host.close()


def main() -> None:
    """Shows all facts; what is wrong with them is said, and no error of this process."""
    facts = find_facts(Path(directory) for directory in sys.argv[3:])
    with opened(Path(sys.argv[1]), sys.argv[2]) as (image, host, judge):
        uvloop.run(_show_all(image, host, judge, facts))


if __name__ == "__main__":
    main()
