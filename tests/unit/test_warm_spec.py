"""Which programs can be forks of a warm interpreter, and which interpreter they need."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runtime.init_protocol import InputFile
from runtime.program import Program
from runtime.warm import WarmSpec

SPEC = WarmSpec(("python3", "main.py"), {"HOME": "/tmp"}, "3.11", ("json",), ("numpy", "pandas"))


@contextmanager
def program(**files: str) -> Iterator[Program]:
    given = [InputFile(name.replace("_", "."), text.encode()) for name, text in files.items()]
    with Program(["python3", "main.py"], {"HOME": "/tmp"}, given) as made:
        yield made


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main_py": "import numpy as np"}, True),
        ({"main_py": "# like pandas"}, True),
        ({"main_py": "import other", "other_py": "from numpy import ones"}, True),
        ({"main_py": "import json"}, False),
        ({"main_py": "__import__('num' + 'py')"}, False),
        ({"main_py": ""}, False),
        ({}, False),
    ],
)
def test_a_program_needs_rare_modules_if_one_of_its_files_names_one(
    files: dict[str, str], expected: bool
):
    with program(**files) as made:
        assert made.mentions(SPEC.rare_modules) is expected


def test_nothing_is_mentioned_where_nothing_is_asked_for():
    with program(main_py="import numpy") as made:
        assert not made.mentions(())


@pytest.mark.parametrize("name", ["json.py", "numpy.py", "pandas/__init__.py", "enum.py"])
def test_a_module_of_its_own_under_a_loaded_name_makes_no_fork(name: str):
    files = [InputFile("main.py", b""), InputFile(name, b"")]
    with Program(SPEC.argv, SPEC.env, files) as made:
        assert not SPEC.accepts(made)


def test_other_files_make_a_fork():
    files = [InputFile("main.py", b""), InputFile("data.json", b""), InputFile("mine.py", b"")]
    with Program(SPEC.argv, SPEC.env, files) as made:
        assert SPEC.accepts(made)
