"""The settings: all in the README, all from the environment, no nonsense."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from sandbox.settings import MaximumLimits, Settings

README = Path(__file__).parents[2] / "README.md"
_ROW = re.compile(r"^\| `(SANDBOX_[A-Z_]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)


def rows(kind: type[BaseSettings]) -> dict[str, tuple[str, str]]:
    """What the README must say of a class of settings."""
    prefix = kind.model_config["env_prefix"]
    found = {}
    for name, field in kind.model_fields.items():
        if name == "maximum":
            continue
        default = "one a core" if name == "slots" else f"{field.default}"
        found[f"{prefix}{name.upper()}"] = default, field.description or ""
    return found


def test_the_readme_lists_every_setting_with_its_default() -> None:
    written = {name: (default, text) for name, default, text in _ROW.findall(README.read_text())}
    assert rows(Settings) | rows(MaximumLimits) == written


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("SANDBOX_PORT", "9000", "port", 9000),
        ("SANDBOX_PIN_CORES", "false", "pin_cores", False),
        ("SANDBOX_STATE_DIR", "/srv/sandbox", "state_dir", Path("/srv/sandbox")),
    ],
)
def test_the_environment_sets_them(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, expected: object
) -> None:
    monkeypatch.setenv(name, value)
    assert expected == getattr(Settings(), field)


def test_the_environment_sets_the_maxima(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_MAX_MEMORY_MB", "128")
    assert Settings().maximum.memory_mb == 128


@pytest.mark.parametrize(
    ("name", "value"),
    [("SANDBOX_PORT", "x"), ("SANDBOX_SLOTS", "0"), ("SANDBOX_FIRST_UID", "2147418112")],
)
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


def test_services_in_different_places_have_different_names(tmp_path: Path) -> None:
    assert Settings(run_dir=tmp_path / "a").instance != Settings(run_dir=tmp_path / "b").instance
