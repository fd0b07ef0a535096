"""The settings: all in the README, all from the environment, no nonsense."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from sandbox.cli.main import run_command_line
from sandbox.config_file import ConfigError
from sandbox.settings import MaximumLimits, Settings, variables

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


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "sandbox.toml"
    monkeypatch.setenv("SANDBOX_CONFIG", str(path))
    return path


def test_every_variable_is_a_name_in_the_file() -> None:
    assert {f"SANDBOX_{name.upper()}" for name in variables()} == {
        *rows(Settings),
        *rows(MaximumLimits),
    }


def test_the_file_sets_them(config: Path) -> None:
    config.write_text(
        "port = 9000\nmax_memory_mb = 128\nmax_body_bytes = 2048\npin_cores = false\n"
    )
    settings = Settings()
    assert (settings.port, settings.max_body_bytes, settings.pin_cores) == (9000, 2048, False)
    assert settings.maximum.memory_mb == 128


def test_the_environment_goes_before_the_file(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("port = 9000\nslots = 3\nmax_memory_mb = 128\nmax_pids = 9\n")
    monkeypatch.setenv("SANDBOX_PORT", "9001")
    monkeypatch.setenv("SANDBOX_MAX_MEMORY_MB", "256")
    settings = Settings(slots=4)
    assert (settings.port, settings.slots) == (9001, 4)
    assert (settings.maximum.memory_mb, settings.maximum.pids) == (256, 9)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("prot = 1", "there is no setting prot; did you mean port?"),
        ("[maximum]\nmemory_mb = 1", "there is no setting maximum"),
        ("SANDBOX_PORT = 1", "there is no setting SANDBOX_PORT"),
        ("port = ", "Invalid value"),
        ("port = '\xff'", "codec"),
    ],
)
def test_a_file_that_is_wrong_is_refused(config: Path, text: str, complaint: str) -> None:
    config.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError, match=complaint) as caught:
        Settings()
    assert str(config) in str(caught.value)


def test_a_file_that_is_not_there_is_refused(config: Path) -> None:
    with pytest.raises(ConfigError, match=str(config)):
        Settings()


def test_nonsense_in_the_file_is_refused(config: Path) -> None:
    config.write_text("port = 'x'")
    with pytest.raises(ValidationError, match="port"):
        Settings()


@pytest.mark.parametrize("wrong", ['"http://:secret@host"', '["redis://:secret@host"]'])
def test_a_password_is_not_quoted(config: Path, wrong: str) -> None:
    config.write_text(f"queue = {wrong}")
    with pytest.raises(ValidationError, match="queue") as caught:
        Settings()
    assert "secret" not in str(caught.value)


def test_the_command_says_what_is_wrong_with_the_file(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text("prot = 1")
    assert run_command_line(["serve"]) == 2
    assert f"error: SANDBOX_CONFIG {config}: there is no setting prot" in capsys.readouterr().err


def test_services_in_different_places_have_different_names(tmp_path: Path) -> None:
    assert Settings(run_dir=tmp_path / "a").instance != Settings(run_dir=tmp_path / "b").instance
