from pathlib import Path

import pytest

from tests.imports import UNREADABLE, read_imports
from tests.layering import PACKAGES, violations

ROOT = Path(__file__).parents[2]

SOUND = {
    "runtime/__init__.py": "",
    "runtime/limits.py": "from dataclasses import dataclass",
    "runtime/slot.py": "from runtime.limits import Limits\nfrom runtime import limits",
    "images/__init__.py": "",
    "images/definition.py": "from runtime.limits import Limits\nimport tomllib",
    "sandbox/__init__.py": "",
    "sandbox/models.py": "import pydantic",
    "sandbox/checkers.py": "",
    "sandbox/client.py": "from sandbox.models import RunRequest\nimport httpx",
    "sandbox/api/__init__.py": "from sandbox.api.app import app",
    "sandbox/api/app.py": "from sandbox import models",
    "sandbox/worker/__init__.py": "",
    "sandbox/worker/host.py": "import runtime.slot\nfrom images.definition import load",
    "sandbox/cli/__init__.py": "",
    "sandbox/cli/main.py": "def main():\n    from sandbox.worker import host",
    "testgen/__init__.py": "",
    "testgen/suite.py": "from sandbox import client, models\nfrom sandbox.checkers import check",
}


def write_tree(root: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")


def test_this_project_keeps_its_direction():
    assert [] == violations(ROOT)


def test_this_project_is_really_read():
    graph = read_imports(ROOT, PACKAGES)
    assert "runtime.errors" in graph.imports["runtime.build_init"]
    assert graph.modules("images") != []
    assert graph.modules("sandbox") != []


def test_a_sound_tree_has_no_violation(tmp_path: Path):
    write_tree(tmp_path, SOUND)
    assert [] == violations(tmp_path)


def test_a_package_that_does_not_exist_is_empty(tmp_path: Path):
    assert [] == violations(tmp_path)


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("testgen/x.py", "import sandbox.judge", "testgen.x imports sandbox.judge"),
        (
            "testgen/x.py",
            "from sandbox.worker import host",
            "testgen.x imports sandbox.worker.host",
        ),
        ("testgen/x.py", "from runtime import limits", "testgen.x imports runtime.limits"),
        ("runtime/x.py", "import images", "runtime.x imports images"),
        ("runtime/x.py", "from sandbox.models import A", "runtime.x imports sandbox.models"),
        ("runtime/x.py", "import testgen.suite", "runtime.x imports testgen.suite"),
        ("runtime/x.py", "from pydantic import BaseModel", "runtime.x imports pydantic"),
        ("runtime/x.py", "import redis.asyncio", "runtime.x imports redis.asyncio"),
        ("images/x.py", "from runtime import slot", "images.x imports runtime.slot"),
        ("images/x.py", "import pydantic", "images.x imports pydantic"),
        ("images/x.py", "from sandbox import models", "images.x imports sandbox.models"),
        ("sandbox/x.py", "import runtime", "sandbox.x imports runtime"),
        ("sandbox/worker/x.py", "import images.store", "sandbox.worker.x imports images.store"),
        ("sandbox/cli/x.py", "import runtime.slot", "sandbox.cli.x imports runtime.slot"),
        ("sandbox/x.py", "import_module(name)", f"sandbox.x imports {UNREADABLE}"),
    ],
)
def test_an_import_against_the_direction_is_found(
    tmp_path: Path, name: str, source: str, expected: str
):
    write_tree(tmp_path, SOUND | {name: source})
    assert [expected] == violations(tmp_path)


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    import runtime.slot",
        "async def f():\n    if True:\n        from runtime import slot",
        "class A:\n    from runtime.slot import Slot",
        "try:\n    import runtime.slot as s\nexcept ImportError:\n    s = None",
        "if TYPE_CHECKING:\n    from runtime.slot import Slot",
        "import importlib\nimportlib.import_module('runtime.slot')",
        "__import__('runtime.slot')",
        "from ..runtime import slot",
    ],
)
def test_no_way_to_write_an_import_hides_it(tmp_path: Path, source: str):
    write_tree(tmp_path, SOUND | {"sandbox/x.py": source})
    assert ["sandbox.x imports runtime.slot"] == violations(tmp_path)


@pytest.mark.parametrize(
    "detour",
    [
        {"sandbox/api/app.py": "from sandbox.worker.host import start"},
        {
            "sandbox/api/app.py": "def f():\n    from sandbox import jobs",
            "sandbox/jobs.py": "import sandbox.worker.host",
        },
        {"sandbox/models.py": "import sandbox.worker.host"},
        {"sandbox/worker/__init__.py": "from sandbox.worker import host",
         "sandbox/worker/queue.py": "",
         "sandbox/api/app.py": "from sandbox.worker import queue"},
    ],
    ids=["directly", "by a detour", "through a model", "through a package's own file"],
)  # fmt: skip
def test_the_api_never_loads_the_mechanism(tmp_path: Path, detour: dict[str, str]):
    write_tree(tmp_path, SOUND | detour)
    assert "sandbox.api.app loads runtime.slot" in violations(tmp_path)


def test_cycles_are_found_however_long(tmp_path: Path):
    cycle = {
        "runtime/a.py": "from runtime import b",
        "runtime/b.py": "def f():\n    from .c import C",
        "runtime/c.py": "import runtime.a",
        "runtime/d.py": "import runtime.a",
    }
    write_tree(tmp_path, SOUND | cycle)
    assert ["cycle: runtime.a, runtime.b, runtime.c"] == violations(tmp_path)


def test_a_package_may_export_its_modules_but_they_may_not_import_it_back(tmp_path: Path):
    write_tree(tmp_path, SOUND | {"sandbox/api/app.py": "from sandbox.api import state"})
    assert ["cycle: sandbox.api, sandbox.api.app"] == violations(tmp_path)


def test_packages_of_the_test_generation_are_layers(tmp_path: Path):
    circle = {
        "testgen/a/__init__.py": "",
        "testgen/a/one.py": "from testgen.b.one import x",
        "testgen/a/two.py": "",
        "testgen/b/__init__.py": "",
        "testgen/b/one.py": "",
        "testgen/b/two.py": "def f():\n    from testgen.a import two",
        "testgen/values.py": "from testgen.a import two",
    }
    write_tree(tmp_path, SOUND | circle)
    assert ["packages in a circle: testgen.a, testgen.b"] == violations(tmp_path)
    (tmp_path / "testgen/b/two.py").write_text("")
    assert [] == violations(tmp_path)
