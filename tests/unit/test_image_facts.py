"""Facts are given for each language or said to be absent, and their results are judged by one rule."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from images.errors import DefinitionError
from images.facts import FACTS, LanguageFacts, find_facts, load_facts
from images.loading import find_definitions
from sandbox.jobs import JobResult, Step
from sandbox.models import Verdict
from sandbox.worker import facts as shown
from tests.image_samples import definition, language

SH = definition().languages[0]
COMPILED = definition(languages=[language(compile=["cc"], artefacts=["a"])]).languages[0]
ALL_BUT_ECHO = "\n".join(f'{fact} = "x"' for fact in FACTS if fact != "echo")


def load(tmp_path: Path, text: str) -> dict[str, LanguageFacts]:
    path = tmp_path / "facts.toml"
    path.write_text(text)
    return load_facts(path)


def test_every_language_of_this_project_has_all_facts_or_a_reason():
    facts = find_facts()
    for image in find_definitions():
        for each in image.languages:
            one = facts[image.name, each.name]
            assert set(FACTS) == set(one.programs) | set(one.absent)
            assert all(len(reason) > 5 for reason in one.absent.values())


def test_facts_are_of_languages_that_there_are():
    there = {(image.name, each.name) for image in find_definitions() for each in image.languages}
    assert set(find_facts()) <= there


def test_a_program_may_print_what_is_its_own(tmp_path: Path):
    text = f'[sh]\n{ALL_BUT_ECHO}\n[sh.echo]\ncode = "a"\nexpected_output = "b"'
    one = load(tmp_path, text)["sh"]
    assert ("a", "b") == (one.programs["echo"].code, one.programs["echo"].expected_output)
    assert one.programs["flood"].expected_output is None


def test_a_language_can_be_like_another(tmp_path: Path):
    found = load(tmp_path, f'[a]\n{ALL_BUT_ECHO}\necho = "x"\n[b]\nsame_as = "a"')
    assert found["a"] == found["b"]


WRONG = {
    "nothing said": (f"[sh]\n{ALL_BUT_ECHO}", "echo: give a program"),
    "both said": (
        f'[sh]\n{ALL_BUT_ECHO}\necho = "x"\n[sh.absent]\necho = "y"',
        "echo: give a program",
    ),
    "misspelt": (f'[sh]\n{ALL_BUT_ECHO}\necho = "x"\necko = "x"', "echo"),
    "misspelt absent": (
        f'[sh]\n{ALL_BUT_ECHO}\necho = "x"\n[sh.absent]\ngo = "y"',
        "absent.go: is not a fact",
    ),
    "like nobody": ('[b]\nsame_as = "a"', "no language above"),
    "no TOML": ("[", "TOML"),
    "half a table": (f'[sh]\n{ALL_BUT_ECHO}\n[sh.echo]\ncode = "a"', "expected_output: is missing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_named(tmp_path: Path, name: str):
    text, words = WRONG[name]
    with pytest.raises(DefinitionError, match=words):
        load(tmp_path, text)


def result(verdict: Verdict, **run: Any) -> JobResult:
    step = (
        Step(None, verdict, exit_code=0, **run)
        if "exit_code" not in run
        else Step(None, verdict, **run)
    )
    return JobResult("x", verdict, None, run=step)


RIGHT = {
    "hello": result(Verdict.AC),
    "echo": result(Verdict.AC),
    "exit_code": result(Verdict.RE, exit_code=3),
    "error": result(Verdict.RE, exit_code=1),
    "endless": result(Verdict.TLE, cpu_time_s=1.01),
    "memory": result(Verdict.MLE),
    "flood": result(Verdict.OLE),
    "compile_error": result(Verdict.RE, exit_code=1),
    "cpu_time": result(Verdict.OK, stdout=b"0.5\n", cpu_time_s=0.7),
}
NOT_RIGHT = {
    "exit_code": result(Verdict.RE, exit_code=1),
    "endless": result(Verdict.TLE, cpu_time_s=0.1),
    "memory": result(Verdict.RE, exit_code=1),
    "network": result(Verdict.WA),
    "cpu_time": result(Verdict.OK, stdout=b"0.9\n", cpu_time_s=0.5),
    "hello": result(Verdict.IE),
}


@pytest.mark.parametrize("fact", RIGHT)
def test_what_is_as_it_must_be_gives_no_complaint(fact: str):
    assert shown.complaint_about(SH, fact, RIGHT[fact]) is None


@pytest.mark.parametrize("fact", NOT_RIGHT)
def test_what_is_not_gives_one(fact: str):
    assert shown.complaint_about(SH, fact, NOT_RIGHT[fact])


def test_cpu_time_that_nobody_used_and_a_figure_that_is_none_are_noticed():
    too_much = result(Verdict.OK, stdout=b"0.5", cpu_time_s=9.0)
    assert "measured" in str(shown.complaint_about(SH, "cpu_time", too_much))
    assert "no figure" in str(
        shown.complaint_about(SH, "cpu_time", result(Verdict.OK, stdout=b"x"))
    )


def test_what_does_not_compile_is_a_compile_error_where_there_is_a_compiler():
    step = Step(None, Verdict.CE, exit_code=1)
    refused = JobResult("x", Verdict.CE, None, compile=step)
    assert shown.complaint_about(COMPILED, "compile_error", refused) is None
    assert shown.complaint_about(SH, "compile_error", replace(refused, compile=step))
