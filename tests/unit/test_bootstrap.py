import ast
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bootstrap
from bootstrap import SetupError, Step

APT_OFFLINE = """    Err:1 http://mirror.example bookworm InRelease
      Temporary failure resolving 'mirror.example'
    E: Some index files failed to download."""
PIP_OFFLINE = """    WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by
    'NewConnectionError('<HTTPSConnection object>: Failed to establish a new connection')'
    ERROR: No matching distribution found for setuptools==84.2.1"""
APT_UNKNOWN = "    E: Unable to locate package crun"
PIP_HASHES = "    ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up tree with requirements and a virtual environment whose Python is this one."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for name in ("requirements-build.txt", "requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(f"# {name}\n", encoding="utf-8")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", python)
    monkeypatch.setattr(bootstrap, "STATE", venv / "bootstrap.json")
    monkeypatch.setattr(bootstrap, "UNFINISHED", venv / "bootstrap.unfinished")
    return venv


@pytest.fixture
def pip_calls(environment: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which requirements pip was asked for, in order; nothing is installed."""
    calls: list[str] = []
    monkeypatch.setattr(bootstrap, "pip", lambda *words: calls.append(words[-1]))
    return calls


def call_main(monkeypatch: pytest.MonkeyPatch, steps: list[Step], *words: str) -> int:
    monkeypatch.setattr(bootstrap, "STEPS", steps)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", *words])
    return bootstrap.main()


def failing(error: BaseException) -> Callable[..., bool]:
    def work(*ignored: object) -> bool:
        raise error

    return work


def test_an_old_interpreter_can_read_the_script_and_so_say_what_is_missing():
    ast.parse(Path(bootstrap.__file__).read_bytes(), feature_version=(3, 7))


def test_each_step_says_in_one_line_whether_it_did_something(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    steps = [Step("a", "step a", lambda dev: True), Step("b", "step b", lambda dev: False)]
    assert 0 == call_main(monkeypatch, steps)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("[1/2] step a ... done (")
    assert second == "[2/2] step b ... already there"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), [("a", False), ("b", False), ("c", False)]),
        (("--dev",), [("a", True), ("b", True), ("c", True)]),
        (("--only", "b"), [("b", False)]),
        (("--dev", "--only", "c", "--only", "a"), [("a", True), ("c", True)]),
    ],
)
def test_the_steps_that_were_asked_for_are_taken_in_their_order(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], expected: list[tuple[str, bool]]
):
    taken: list[tuple[str, bool]] = []

    def step(key: str) -> Step:
        def work(dev: bool) -> bool:
            taken.append((key, dev))
            return True

        return Step(key, key, work)

    assert 0 == call_main(monkeypatch, [step("a"), step("b"), step("c")], *words)
    assert expected == taken


@pytest.mark.parametrize(
    ("words", "expected"),
    [((), ["a"]), (("--dev",), ["a", "b"]), (("--only", "b"), ["b"]), (("--only", "a"), ["a"])],
)
def test_what_only_tests_need_is_set_up_for_them_or_by_name(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], expected: list[str]
):
    taken: list[str] = []

    def step(key: str, *, dev_only: bool) -> Step:
        def work(dev: bool) -> bool:
            taken.append(key)
            return True

        return Step(key, key, work, dev_only)

    steps = [step("a", dev_only=False), step("b", dev_only=True)]
    assert 0 == call_main(monkeypatch, steps, *words)
    assert expected == taken


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (SetupError("the disk burns", "put it out"), 1, ["step b", "the disk burns", "put it out"]),
        (FileNotFoundError(2, "No such file", "x.txt"), 1, ["step b", "x.txt"]),
        (KeyboardInterrupt(), 130, ["interrupted"]),
    ],
)
def test_a_failing_step_is_named_with_its_mend_and_ends_the_set_up(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    says: list[str],
):
    never = failing(AssertionError("a step after the failed one was taken"))
    steps = [Step("b", "step b", failing(error)), Step("c", "step c", never)]
    assert status == call_main(monkeypatch, steps)
    printed = capsys.readouterr()
    assert printed.out == "[1/2] step b ... failed\n"
    assert [] == [text for text in says if text not in printed.err]


@pytest.mark.parametrize(
    ("tail", "offline"),
    [(APT_OFFLINE, True), (PIP_OFFLINE, True), (APT_UNKNOWN, False), (PIP_HASHES, False)],
    ids=["apt offline", "pip offline", "apt knows no such package", "wrong hashes"],
)
def test_an_unreachable_package_source_is_told_apart_from_other_failures(tail: str, offline: bool):
    with pytest.raises(SetupError) as caught, bootstrap.needs_network("the tool", "its settings"):
        raise SetupError(tail, "the tool's own mend")
    assert offline == caught.value.what.startswith("the tool cannot reach its package source")
    assert offline == ("its settings" in caught.value.mend)
    assert tail in caught.value.what


def test_a_failing_command_shows_the_end_of_its_output(environment: Path):
    script = "[print(f'line-{i}') for i in range(100)]; print('the reason'); raise SystemExit(1)"
    with pytest.raises(SetupError, match="ended with 1") as caught:
        bootstrap.run([sys.executable, "-c", script], "mend it")
    assert "line-99\n    the reason" in caught.value.what
    assert "line-50\n" not in caught.value.what


def test_packages_are_installed_once(environment: Path, pip_calls: list[str]):
    assert bootstrap.install_python_packages(dev=False)
    assert not bootstrap.install_python_packages(dev=False)
    assert ["requirements-build.txt", "requirements.txt"] == pip_calls


def test_the_development_packages_contain_the_others(environment: Path, pip_calls: list[str]):
    assert bootstrap.install_python_packages(dev=False)
    assert bootstrap.install_python_packages(dev=True)
    assert not bootstrap.install_python_packages(dev=False)
    assert "requirements-dev.txt" == pip_calls[-1]


@pytest.mark.parametrize("name", ["requirements-build.txt", "requirements-dev.txt"])
def test_changed_requirements_are_installed(environment: Path, pip_calls: list[str], name: str):
    assert bootstrap.install_python_packages(dev=True)
    (environment.parent / name).write_text("# changed\n", encoding="utf-8")
    assert bootstrap.install_python_packages(dev=True)
    assert not bootstrap.install_python_packages(dev=True)


def test_an_interrupted_installation_makes_the_environment_unsound(
    environment: Path, monkeypatch: pytest.MonkeyPatch
):
    assert bootstrap.environment_is_sound()
    monkeypatch.setattr(bootstrap, "pip", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        bootstrap.install_python_packages(dev=False)
    assert not bootstrap.environment_is_sound()


def test_an_environment_that_was_moved_is_unsound(environment: Path):
    bootstrap.write_state({"place": "/somewhere/else"})
    assert not bootstrap.environment_is_sound()


def test_an_environment_without_its_interpreter_is_unsound(environment: Path):
    (environment / "bin" / "python").unlink()
    assert not bootstrap.environment_is_sound()


# --- promtool -------------------------------------------------------------------------------------


@pytest.fixture
def unpacked_in(environment: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where the package was unpacked; there is no promtool on this machine."""
    places: list[Path] = []

    def download(_words: list[str], place: Path) -> None:
        (place / "prometheus.deb").touch()

    def unpack(words: list[object], _advice: str) -> str:
        places.append(Path(str(words[-1])))
        (places[-1] / "usr" / "bin").mkdir(parents=True)
        (places[-1] / "usr" / "bin" / "promtool").write_text("whole", encoding="utf-8")
        return ""

    monkeypatch.setattr(bootstrap, "apt_get_updated", download)
    monkeypatch.setattr(bootstrap, "run", unpack)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    return places


def test_promtool_is_taken_once_and_nothing_else_of_its_package(
    environment: Path, unpacked_in: list[Path]
):
    before = {*environment.iterdir()}
    assert bootstrap.fetch_promtool(True)
    assert not bootstrap.fetch_promtool(True)
    assert (environment / "bin" / "promtool").read_text(encoding="utf-8") == "whole"
    assert {*environment.iterdir()} == before
    assert len(unpacked_in) == 1


def test_promtool_is_there_in_one_step_and_never_as_half_a_file(
    environment: Path, unpacked_in: list[Path], monkeypatch: pytest.MonkeyPatch
):
    def stopped(*_: object) -> None:
        raise OSError("stopped")

    # Whatever copies would do so piece by piece; a rename does not, and needs one file system.
    monkeypatch.setattr(shutil, "move", stopped)
    monkeypatch.setattr(shutil, "copyfile", stopped)
    assert bootstrap.fetch_promtool(True)
    assert unpacked_in[0].is_relative_to(environment)
    monkeypatch.setattr(Path, "replace", stopped)
    (environment / "bin" / "promtool").unlink()
    with pytest.raises(OSError, match="stopped"):
        bootstrap.fetch_promtool(True)
    assert not (environment / "bin" / "promtool").exists()
