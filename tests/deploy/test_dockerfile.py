"""deploy/Dockerfile: it has what bootstrap.py installs, and is built where a Docker engine answers."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap import SYSTEM_PACKAGES
from sandbox import __version__
from sandbox.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
STAGES = DOCKERFILE.read_text().split("\nFROM ")[1:]
# Init is compiled in the first stage.
_COMPILER = {"gcc", "libc6-dev"}


def packages(stage: str) -> set[str]:
    """What a stage installs."""
    (words,) = re.findall(r"--no-install-recommends \\\n(.*?)&&", stage, re.DOTALL)
    return {word for word in words.split() if word != "\\"}


def test_it_is_written_as_it_should_be():
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_has_the_packages_that_bootstrap_installs():
    build, final = map(packages, STAGES)
    assert final == {*SYSTEM_PACKAGES} - _COMPILER | {"python3"}
    assert build >= _COMPILER


def test_both_stages_are_of_one_version_of_debian():
    assert len({stage.split()[0] for stage in STAGES}) == 1
    assert re.fullmatch(r"debian:[a-z]+-slim", STAGES[0].split()[0])


def test_it_runs_as_the_apis_user_unless_it_is_told_otherwise():
    user = Settings.model_fields["api_uid"].default
    assert f"USER {user}:{user}\n" in STAGES[-1]


def test_only_what_the_service_consists_of_goes_into_it():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    kept = {rule[1:].rstrip("/") for rule in rules if rule.startswith("!")}
    folders = {name for name in kept if (ROOT / name).is_dir()}
    assert folders == {"images", "runtime", "sandbox", "testgen"}
    assert {name for name in kept - folders if not list(ROOT.glob(name))} == set()


@pytest.mark.timeout(900)
def test_it_is_built_and_says_which_version_it_is():
    docker = shutil.which("docker")
    asked = docker and subprocess.run([docker, "info"], capture_output=True, check=False)
    if not docker or not asked or asked.returncode != 0:
        pytest.skip("no Docker engine answers")
    tag = "code-sandbox:test"
    built = subprocess.run(
        [docker, "build", "--file", DOCKERFILE, "--tag", tag, ROOT],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr[-3000:]
    said = subprocess.run(
        [docker, "run", "--rm", tag, "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert said == f"sandbox {__version__}\n"
