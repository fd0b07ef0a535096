"""The problem set of the test generation is what its users take it for.

The set is data: statements, solutions right and wrong, generators good and bad, validators, checkers,
and what is to become of each problem. That its programs do what their folder says is seen where they
are run; here it is about what can be read.
"""

import builtins
import io
import itertools
import keyword
import re
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROBLEMS = Path(__file__).parents[1] / "testgen" / "problems"
NAMES = sorted(path.name for path in PROBLEMS.iterdir() if path.is_dir())
REJECTED = ["wrong_answer", "time_limit_exceeded", "run_time_error"]
ROLES = {"cases", "tiny", "bounds", "random", "structured", "maximal", "adversarial"}
REASONS = {"special_judge", "generator_failed", "too_few_valid", "references_disagree"}
BEHAVIOURS = {"good", "hangs", "illegal", "unseeded", "empty", "trivial", "compare", "crashes"}
SET_BYTES = 2_000_000
SOURCE_BYTES = 6_000
NEAR_COPY = 0.5  # the share of common runs of tokens from which two solutions are one idea

_C_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'|[A-Za-z_]\w*|\d[\w.\']*|\S')
_C_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
# Names that are the language's or the library's, so that another one is another program.
_GIVEN = (
    frozenset(dir(builtins))
    | frozenset(keyword.kwlist)
    | {
        "auto",
        "bool",
        "break",
        "case",
        "char",
        "const",
        "continue",
        "do",
        "double",
        "else",
        "false",
        "for",
        "if",
        "include",
        "int",
        "long",
        "main",
        "namespace",
        "new",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "std",
        "struct",
        "switch",
        "true",
        "typedef",
        "unsigned",
        "using",
        "void",
        "while",
    }
)
_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.ENDMARKER}


def _tokens(path: Path) -> list[str]:
    """A program's tokens, without its comments and its layout."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".cpp":
        return _C_TOKEN.findall(_C_COMMENT.sub(" ", text))
    found = tokenize.generate_tokens(io.StringIO(text).readline)
    return [
        tokenize.tok_name[token.type]
        if token.type in (tokenize.INDENT, tokenize.DEDENT)
        else token.string
        for token in found
        if token.type not in _LAYOUT
    ]


@cache
def shape(path: Path) -> tuple[str, ...]:
    """A program's tokens with its names numbered in the order in which they come."""
    tokens = _tokens(path)
    imported = set()
    if path.suffix == ".py":
        found = re.findall(
            r"^(?:from .+ )?import (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        imported = {name for line in found for name in re.findall(r"\w+", line)}
    names: dict[str, str] = {}
    out = []
    for before, token in itertools.pairwise(["", *tokens]):
        given = token in _GIVEN or token in imported or before in (".", ":", ">")
        own = token.isidentifier() and not given
        out.append(names.setdefault(token, f"name{len(names)}") if own else token)
    return tuple(out)


@cache
def runs(path: Path) -> frozenset[tuple[str, ...]]:
    """The runs of five tokens of a program, in which every name is the same."""
    plain = [re.sub(r"^name\d+$", "name", token) for token in shape(path)]
    return frozenset(zip(*(plain[k:] for k in range(5)), strict=False))


def likeness(one: Path, other: Path) -> float:
    """How many of their runs of tokens two programs share: 0 to 1."""
    return len(runs(one) & runs(other)) / len(runs(one) | runs(other))


def solutions(name: str, *kinds: str) -> list[Path]:
    """A problem's solutions of some kinds, in a fixed order."""
    folders = [PROBLEMS / name / "submissions" / kind for kind in kinds]
    return sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir())


def fate(name: str) -> dict:
    """What is to become of a problem."""
    return tomllib.loads((PROBLEMS / name / "fate.toml").read_text(encoding="utf-8"))


def every_file() -> Iterator[Path]:
    """All files of the set."""
    return (path for path in PROBLEMS.rglob("*") if path.is_file())


def test_there_are_enough_problems():
    assert len(NAMES) >= 24


@pytest.mark.parametrize("name", NAMES)
def test_a_problem_has_the_layout_of_a_package(name: str):
    problem = PROBLEMS / name
    known = {"problem.yaml", "statement", "data", "submissions", "input_validators", "generators"}
    optional = {"checker.py"}
    entries = {path.name for path in problem.iterdir()}
    assert known | {"fate.toml"} <= entries <= known | {"fate.toml"} | optional
    assert "problem_format_version: 2023-07\n" in (problem / "problem.yaml").read_text()
    assert (problem / "input_validators" / "validate.py").is_file()
    assert {path.name for path in (problem / "submissions").iterdir()} <= {"accepted", *REJECTED}


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_is_one_page_with_both_formats(name: str):
    text = (PROBLEMS / name / "statement" / "problem.en.md").read_text(encoding="utf-8")
    assert 200 < len(text) < 3_000
    assert "\n## Input\n" in text
    assert "\n## Output\n" in text


@pytest.mark.parametrize("name", NAMES)
def test_samples_come_with_their_answers(name: str):
    sample = PROBLEMS / name / "data" / "sample"
    inputs, answers = ({path.stem for path in sample.glob(f"*.{end}")} for end in ("in", "ans"))
    assert 2 <= len(inputs) <= 3
    assert inputs == answers == {path.stem for path in sample.iterdir()}
    assert len({path.read_bytes() for path in sample.glob("*.in")}) == len(inputs)
    assert all(path.read_bytes() for path in sample.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_solutions_right_and_wrong(name: str):
    accepted = solutions(name, "accepted")
    assert len(accepted) >= 10
    languages = [path.suffix for path in accepted]
    assert set(languages) == {".py", ".cpp"}
    assert min(languages.count(".py"), languages.count(".cpp")) >= 3
    assert len(solutions(name, *REJECTED)) >= 6


@pytest.mark.parametrize("name", NAMES)
def test_no_solution_is_another_one_with_new_names(name: str):
    shapes = [shape(path) for path in solutions(name, "accepted", *REJECTED)]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize("name", NAMES)
def test_accepted_solutions_are_ideas_of_their_own(name: str):
    pairs = itertools.combinations(solutions(name, "accepted"), 2)
    alike = [(one.name, other.name) for one, other in pairs if likeness(one, other) > NEAR_COPY]
    assert alike == []


def test_no_two_solutions_of_the_set_are_equal():
    sources = [
        path.read_bytes() for name in NAMES for path in solutions(name, "accepted", *REJECTED)
    ]
    assert len(set(sources)) == len(sources)


@pytest.mark.parametrize("name", NAMES)
def test_a_fate_speaks_of_what_is_there(name: str):
    told = fate(name)
    assert told["kind"] in {"tokens", "floats", "checker"}
    assert (told["kind"] == "checker") == (PROBLEMS / name / "checker.py").is_file()
    assert (told["kind"] == "floats") == (PROBLEMS / name / "data" / "test_group.yaml").is_file()
    for preset in ("kimi", "full"):
        assert told[preset]["kept"] is True or told[preset]["reason"] in REASONS
    files = [f"{path.parent.name}/{path.name}" for path in solutions(name, "accepted", *REJECTED)]
    assert {*told["full"]["demoted"], *told["full"]["survivors"]} <= set(files)


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_problem_has_eight_honest_references(name: str):
    told = fate(name)["full"]
    honest = len(solutions(name, "accepted")) - len(told["demoted"])
    assert honest >= 8 or not told["kept"]


@pytest.mark.parametrize("name", NAMES)
def test_each_generator_has_a_role_and_a_fate(name: str):
    scripts = {path.name for path in (PROBLEMS / name / "generators").iterdir()}
    told = fate(name)["generators"]
    assert set(told) == scripts
    assert set(told.values()) <= BEHAVIOURS
    assert {Path(script).stem.split("_")[0] for script in scripts} <= ROLES
    assert "cases.py" in scripts


def test_the_set_holds_every_kind_of_trouble():
    fates = [fate(name) for name in NAMES]
    assert {told["kind"] for told in fates} == {"tokens", "floats", "checker"}
    assert {behaviour for told in fates for behaviour in told["generators"].values()} == BEHAVIOURS
    assert {told["kimi"]["reason"] for told in fates if not told["kimi"]["kept"]} == REASONS
    assert any(told["full"]["demoted"] for told in fates)
    assert any(not told["full"]["kept"] for told in fates)
    kinds = {path.parent.name for name in NAMES for path in solutions(name, *REJECTED)}
    assert kinds == set(REJECTED)


def test_the_set_stays_small():
    sizes = {path: path.stat().st_size for path in every_file()}
    assert sum(sizes.values()) < SET_BYTES
    assert [path.name for path, size in sizes.items() if size > SOURCE_BYTES] == []


# The measure itself.
def test_a_renamed_copy_has_the_same_shape(tmp_path: Path):
    one, other, different = (tmp_path / f"{k}.py" for k in "abc")
    one.write_text("total = 0\nfor x in range(9):\n    total += x  # a sum\nprint(total)\n")
    other.write_text("s = 0\nfor value in range(9):\n\n    s += value\nprint(s)\n")
    different.write_text("total = 0\nfor x in range(9):\n    total += total\nprint(x)\n")
    assert shape(one) == shape(other) != shape(different)


def test_a_renamed_copy_in_cpp_has_the_same_shape(tmp_path: Path):
    one, other, different = (tmp_path / f"{k}.cpp" for k in "abc")
    one.write_text('int main() { int a = 1; puts("x y"); /* one */ return a; }')
    other.write_text('int main() {\n  int b = 1;\n  puts("x y"); // two\n  return b;\n}\n')
    different.write_text('int main() { int a = 1; puts("x z"); return a; }')
    assert shape(one) == shape(other) != shape(different)
    assert likeness(one, other) == 1.0
