"""The runsc that is built for the tests: found again, and never an old one for a new one."""

from pathlib import Path

import pytest

import bootstrap
from tests.gvisor import build as gvisor
from tests.gvisor.binary import find_runsc


def test_what_is_there_is_not_built_again(tmp_path: Path):
    target = gvisor.runsc_path(tmp_path)
    target.parent.mkdir()
    target.write_text("built")
    assert target == gvisor.build(tmp_path)
    assert "built" == target.read_text()


def test_another_recipe_is_another_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = gvisor.runsc_path(tmp_path)
    script = tmp_path / "vdso.lds"
    script.write_text("/* another */")
    monkeypatch.setattr(gvisor, "LINKER_SCRIPT", script)
    assert gvisor.runsc_path(tmp_path) != before


def test_missing_sources_say_what_to_install_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gvisor, "_LIBRARIES", tmp_path / "none")
    with pytest.raises(gvisor.BuildFailed, match="apt-get install golang-gvisor-gvisor-dev"):
        gvisor.build(tmp_path)
    assert [] == list((tmp_path / "gvisor").iterdir())


def test_a_command_of_ones_own_goes_before_what_was_built(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SANDBOX_RUNSC", "/opt/runsc --platform=kvm")
    assert "/opt/runsc --platform=kvm" == find_runsc()


def test_bootstrap_installs_what_the_build_needs():
    assert list(gvisor.PACKAGES) == bootstrap.GVISOR_PACKAGES
