from pathlib import Path

import pytest

from testgen.cli.main import run_command_line
from testgen.service import Service
from testgen.settings import KIMI, Settings, settings_for
from testgen.storage.workspace import Workspace
from tests.testgen.sample_problem import write_problem

NOBODY = "http://127.0.0.1:1"


@pytest.mark.parametrize(("words", "message"), [
    (["run", "nowhere", "--out", "out"], "no such file or folder"),
    (["run", "sum", "--out", "out", "--set", "draws=3"], "setting draws"),
    (["run", "sum", "--out", "out", "--set", "draw=none"], "setting draw"),
    (["run", "sum", "--out", "out", "--set", "draw"], "NAME=VALUE"),
    (["run", "sum", "--out", "old"], "--resume"),
    (["report", "nowhere"], "holds no results"),
    (["export", "nowhere"], "holds no results"),
    (["check", "sum", "--url", NOBODY], "has no tests"),
    (["check", "nowhere", "--url", NOBODY], "cannot be read"),
    (["run", "sum", "--out", "out", "--preset", "other"], "--help"),
])  # fmt: skip
def test_wrong_use_is_one_line_that_says_what_is_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
):
    monkeypatch.chdir(tmp_path)
    write_problem(Path("sum"), {"data/sample/1.in": None, "data/sample/1.ans": None})
    Workspace(Path("old")).close()
    assert 2 == run_command_line(words)
    said = capsys.readouterr().err
    assert message in said
    assert 1 == said.count("\n")


@pytest.mark.parametrize("command", [[], ["run"], ["report"], ["export"], ["check"], ["settings"]])
def test_each_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]):
    assert 0 == run_command_line([*command, "--help"])
    assert "Usage: testgen" in capsys.readouterr().out


def test_all_settings_are_listed_and_explained(capsys: pytest.CaptureFixture[str]):
    assert 0 == run_command_line(["settings", "--preset", "kimi"])
    shown = capsys.readouterr().out
    for model in (Settings, Service):
        for name, field in model.model_fields.items():
            assert field.description
            assert name[:12] in shown


def test_the_reports_preset_is_the_reports(monkeypatch: pytest.MonkeyPatch):
    kimi = settings_for("kimi", {})
    assert (10, 0.7, 0.9) == (kimi.draw, kimi.agree_share, kimi.pass_share)
    assert (1, 50, 40) == (kimi.generators, kimi.cases_per_generator, kimi.least_valid)
    assert set(KIMI) <= set(Settings.model_fields)
    monkeypatch.setenv("TESTGEN_DRAW", "7")
    assert 7 == settings_for("full", {}).draw
    assert 5 == settings_for("full", {"draw": 5}).draw
