import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from images import python_packages
from images.errors import BuildError
from images.normalise import FIXED_TIME_S
from tests.image_samples import definition

PINNED = f"thing==1.0 --hash=sha256:{'0' * 64}"


def image(rootfs: Path) -> Path:
    place = rootfs / python_packages.PLACE
    place.mkdir(parents=True)
    (place / "old.py").write_text("x = 1\n")
    return place


def test_an_image_without_python_cannot_have_packages(tmp_path: Path):
    with pytest.raises(BuildError, match="add it to packages"):
        python_packages.install(definition(python_packages=[PINNED]), tmp_path, print)


def test_nothing_is_done_where_nothing_is_wanted(tmp_path: Path):
    python_packages.install(definition(), tmp_path, print)
    assert [] == list(tmp_path.iterdir())


def test_pip_checks_hashes_and_takes_wheels_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    place = image(tmp_path)
    seen: list[Any] = []

    def pip(argv: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        seen.extend([argv, options["input"]])
        (place / "thing.py").write_text("y = 2\n")
        return subprocess.CompletedProcess(argv, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    python_packages.install(definition(python_packages=[PINNED]), tmp_path, print)
    argv, lines = seen
    assert [sys.executable, "-P", "-m", "pip"] == argv[:4]
    assert {"--require-hashes", "--only-binary=:all:", "--no-deps", "--platform=any"} <= set(argv)
    assert f"{PINNED}\n" == lines
    times = {path.name: path.stat().st_mtime == FIXED_TIME_S for path in place.iterdir()}
    assert {"old.py": False, "thing.py": True} == times


def test_what_pip_says_is_in_the_error(tmp_path: Path):
    image(tmp_path)
    broken = definition(python_packages=[PINNED])
    failing = ["sh", "-c", "echo hash mismatch >&2; exit 1"]
    original = subprocess.run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "run", lambda argv, **options: original(failing, **options))
        with pytest.raises(BuildError, match="hash mismatch"):
            python_packages.install(broken, tmp_path, print)
