import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests import house_rules

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ["requirements-build.txt", "requirements.txt", "requirements-dev.txt"]
PYPROJECT = ROOT / "pyproject.toml"


@cache
def repository_files() -> list[Path]:
    """All files that are tracked, or would be with `git add --all`."""
    if not (ROOT / ".git").exists():
        pytest.skip("this tree is not a git checkout, so nobody knows what belongs to it")
    # A clone may belong to another user than the one who runs the tests.
    git = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT)]
    listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    found = subprocess.run([*git, *listing], capture_output=True, check=True).stdout.decode()
    return [path for name in found.split("\0") if name and (path := ROOT / name).is_file()]


def breaches(pattern: re.Pattern[str]) -> list[str]:
    """Where in the repository a forbidden pattern stands; a file that is no text stops the test."""
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for path in repository_files()
        for line in house_rules.matching_lines(pattern, path.read_text(encoding="utf-8"))
    ]


def test_no_file_names_a_package_registry():
    assert [] == breaches(house_rules.REGISTRY)


def test_no_file_names_a_path_of_one_machine():
    assert [] == breaches(house_rules.MACHINE_PATH)


def test_whoever_switches_a_check_off_says_why():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in repository_files()
        if path.suffix in (".py", ".pyi")
        for line in house_rules.suppressions_without_reason(path.read_text(encoding="utf-8"))
    ]
    assert [] == found


def test_every_ignored_lint_code_and_warning_is_explained():
    text = PYPROJECT.read_text(encoding="utf-8")
    assert set() == house_rules.lint_codes_without_reason(text)
    assert set() == house_rules.warnings_without_reason(text)


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_are_one_version_with_hashes_and_nothing_else(name: str):
    assert [] == house_rules.unpinned_requirements((ROOT / name).read_text(encoding="utf-8"))


def test_development_and_service_use_the_same_versions():
    service, development = (
        set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert set() == service - development


def test_the_repository_is_really_read():
    names = {str(path.relative_to(ROOT)) for path in repository_files()}
    assert {"pyproject.toml", "Makefile", ".ci/run", "tests/unit/test_repository.py"} <= names


# The rules themselves. Hosts and paths are put together here, so that this file may stand in the
# repository that it checks.
DOT, SLASH = ".", "/"


@pytest.mark.parametrize(
    "line",
    [
        f"--extra-index-{'url'} x",
        f"--find-{'links'} x",
        f"see https:{SLASH}/mirror.somewhere.net/simple/",
        f"deb http:{SLASH}/10.0.0.1:3142/debian bookworm main",
        f"https:{SLASH}/files.pythonhosted{DOT}org",
        f"pypi{DOT}org",
        f"deb{DOT}debian.org",
    ],
)
def test_a_registry_is_recognised(line: str):
    assert [f"2: {line}"] == house_rules.matching_lines(house_rules.REGISTRY, f"x\n{line}\n")


@pytest.mark.parametrize(
    "line",
    ["http://127.0.0.1:8000/run", "http://mirror.example/debian", "pip-compile", "Debian 12"],
)
def test_other_text_names_no_registry(line: str):
    assert [] == house_rules.matching_lines(house_rules.REGISTRY, line)


@pytest.mark.parametrize("path", ["work/main", "root/.cache", "root/x"])
def test_a_path_of_one_machine_is_recognised(path: str):
    line = f"open('{SLASH}{path}')"
    assert [f"1: {line}"] == house_rules.matching_lines(house_rules.MACHINE_PATH, line)


@pytest.mark.parametrize("line", ["lower/root/x", "/root", "{rootfs}/root/x", "a/work/b", "/work/"])
def test_other_paths_are_free(line: str):
    assert [] == house_rules.matching_lines(house_rules.MACHINE_PATH, line)


@pytest.mark.parametrize(
    ("comment", "explained"),
    [
        ("noqa", False),
        ("noqa: S603", False),
        ("noqa: S603, S607", False),
        ("noqa: S603 - because", False),
        ("noqa: S603 - no shell between", True),
        ("noqa: S603  # no shell between", True),
        ("type: ignore", False),
        ("type: ignore[arg-type]", False),
        ("type: ignore[arg-type]  # a wrong type on purpose", True),
        ("ruff: noqa", False),
        ("just a comment", True),
    ],
)
def test_a_suppression_needs_a_reason(comment: str, explained: bool):
    line = f"x = 1  # {comment}"
    expected = [] if explained else [f"1: {line}"]
    assert expected == list(house_rules.suppressions_without_reason(line))


def test_an_ignored_lint_code_needs_a_reason():
    text = """
[tool.ruff.lint]
select = ["E"]
ignore = [
    "D105", # magic methods explain themselves
    "D107",
]
[tool.ruff.lint.per-file-ignores]
"x.py" = ["T201"] # its user interface
"y.py" = ["T203"]
"z.py" = ["S1", "S2"] # one comment explains one code: the first
"""
    assert {"D107", "T203", "S2"} == house_rules.lint_codes_without_reason(text)


def test_an_ignored_warning_needs_a_reason():
    text = """
[tool.pytest.ini_options]
filterwarnings = [
    "error",
    "ignore:a",
    "ignore:b", # their fault, reported
    # Gone with their next release.
    "ignore:c",
]
"""
    assert {"ignore:a"} == house_rules.warnings_without_reason(text)


HASHED = "x==1.0 \\\n    --hash=sha256:" + "0" * 64


@pytest.mark.parametrize("text", [HASHED, f"# made by x\n{HASHED}\n    # via y\n{HASHED}\n"])
def test_a_hashed_version_is_a_pin(text: str):
    assert [] == house_rules.unpinned_requirements(text)


@pytest.mark.parametrize(
    "entry",
    ["x", "x==1.0", "x>=1.0", f"--option\n{HASHED}", "x @ file:///x", HASHED[:-1], "x==1.* \\\n"],
)
def test_anything_else_is_not(entry: str):
    assert [] != house_rules.unpinned_requirements(f"{HASHED}\n{entry}\n")
