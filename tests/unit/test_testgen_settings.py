"""Every threshold is a setting, and every setting is one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from testgen.errors import DataError
from testgen.service import Service
from testgen.settings import PRESETS, Settings, settings_for

PACKAGE = Path(__file__).parents[2] / "testgen"
# Numbers that decide nothing about a problem: how much is read or kept of what somebody else wrote.
NO_THRESHOLDS = {
    "_LEGAL", "_HUGE", "_UNLIKELY", "_LARGEST_EXPONENT", "_NEAR_CHARS", "_LOOKED_AT_BYTES",
    "_PLACES", "(_PACKED, _SCRIPT, _REFUSED)", "_HEAD_BYTES", "_SAID_CHARS", "_MESSAGE_CHARS",
    "_STDERR_CHARS", "_MOST_CHARS",
}  # fmt: skip


def constants() -> Iterator[tuple[str, str]]:
    """Names of modules' numbers in all that decides what becomes of a problem."""
    for part in ("inputs", "judging", "running", "pipeline", "writing"):
        for path in sorted((PACKAGE / part).glob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.Assign) and holds_numbers(node.value):
                    yield from ((str(path), ast.unparse(target)) for target in node.targets)


def holds_numbers(value: ast.expr) -> bool:
    texts = {
        id(one)
        for node in ast.walk(value)
        if isinstance(node, ast.JoinedStr)
        for one in ast.walk(node)
    }
    return any(
        isinstance(node, ast.Constant)
        and type(node.value) in (int, float)
        and id(node) not in texts
        for node in ast.walk(value)
    )


def test_no_threshold_is_hidden_in_the_code():
    found = {name: path for path, name in constants()}
    assert set() == set(found) - NO_THRESHOLDS, found
    assert set(found) >= NO_THRESHOLDS


@pytest.mark.parametrize("name", [*Settings.model_fields, *Service.model_fields])
def test_a_setting_is_used_and_described(name: str):
    field = {**Settings.model_fields, **Service.model_fields}[name]
    assert field.description
    sources = [path for path in PACKAGE.rglob("*.py") if path.name != "settings.py"]
    texts = [path.read_text() for path in sources]
    assert any(f".{name}" in text or f'"{name}"' in text for text in texts)


def test_presets_change_what_there_is():
    for preset, changes in PRESETS.items():
        assert preset == settings_for(preset, {}).preset
        assert set(changes) <= set(Settings.model_fields)
    with pytest.raises(DataError, match="testgen settings"):
        settings_for("kimi", {"no_such": 1})
