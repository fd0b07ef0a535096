"""A repository from start to reward: a small project of our own, uploaded once, with real pytest inside.

The image has no pytest, so the archive brings it, as a project may bring its dependencies.
"""

import importlib.metadata
import io
import tarfile
from typing import Any

import pytest

from sandbox.client import Client
from sandbox.models import RunResult
from tests.service.cases.case import sh
from tests.service.conftest import Service

PROJECT = {
    "shop/__init__.py": "",
    "shop/prices.py": '''"""Prices in cents."""


def total(items):
    """The sum of (price, count) pairs."""
    return sum(price for price, count in items)


def discounted(cents, percent):
    """A price with a discount, rounded down."""
    return cents * (100 - percent) // 100
''',
    "tests/test_prices.py": """import pytest

from shop.prices import discounted, total


def test_nothing_costs_nothing():
    assert total([]) == 0


@pytest.mark.parametrize(("percent", "left"), [(0, 999), (10, 899), (100, 0)])
def test_discount(percent, left):
    assert discounted(999, percent) == left
""",
}
HIDDEN = {
    "tests/test_total.py": """from shop.prices import total


def test_each_item_counts_as_often_as_it_is_bought():
    assert total([(100, 2), (50, 1)]) == 250
""",
}
MUST_PASS = ["tests.test_total::test_each_item_counts_as_often_as_it_is_bought"]
MUST_KEEP = [
    "tests.test_prices::test_nothing_costs_nothing",
    *(f"tests.test_prices::test_discount[{case}]" for case in ("0-999", "10-899", "100-0")),
]

HEADER = "--- a/shop/prices.py\n+++ b/shop/prices.py\n"
TOTAL = "@@ -6,1 +6,1 @@\n-    return sum(price for price, count in items)\n+    return {}\n"
RIGHT = HEADER + TOTAL.format("sum(price * count for price, count in items)")
WRONG = HEADER + TOTAL.format("sum(price + count for price, count in items)")
BREAKS = RIGHT + (
    "@@ -11,1 +11,1 @@\n-    return cents * (100 - percent) // 100\n+    return cents - percent\n"
)
CHEAT_LINES = {
    "tests/test_total.py": ["def test_each_item_counts_as_often_as_it_is_bought():", "    pass"],
    "conftest.py": [
        "import pytest",
        "",
        "",
        "@pytest.hookimpl(hookwrapper=True)",
        "def pytest_runtest_makereport(item, call):",
        "    outcome = yield",
        "    report = outcome.get_result()",
        "    report.outcome, report.longrepr = 'passed', None",
    ],
}


def new_file(path: str, at: str = "") -> str:
    """A patch that adds one of the cheats, if need be under another name."""
    lines = CHEAT_LINES[path]
    body = "".join(f"+{line}\n" for line in lines)
    return f"--- /dev/null\n+++ b/{at or path}\n@@ -0,0 +1,{len(lines)} @@\n{body}"


EDITS_TESTS = """--- a/tests/test_prices.py
+++ b/tests/test_prices.py
@@ -6,2 +6,2 @@
 def test_nothing_costs_nothing():
-    assert total([]) == 0
+    assert True
""" + new_file("tests/test_total.py")


def archive() -> bytes:
    """The project, and what it needs beside the standard library."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as target:
        for name, text in PROJECT.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            target.addfile(info, io.BytesIO(text.encode()))
        for package in ("pytest", "pluggy", "iniconfig", "packaging", "pygments"):
            for file in importlib.metadata.files(package) or []:
                if file.suffix in (".py", ".txt") or file.name == "METADATA":
                    target.add(str(file.locate()), f"vendor/{file}")
    return packed.getvalue()


@pytest.fixture(scope="module")
def digest(service: Service) -> str:
    with Client(service.url) as client:
        return client.upload(archive())


def judged(
    service: Service, digest: str, patch: str, options: str = "", **fields: Any
) -> RunResult:
    """The project's tests on a patch. Without options pytest loads whatever lies about."""
    command = f"python3 -m pytest -q -p no:cacheprovider --junitxml=report.xml {options} tests"
    return service.run(
        language="python",
        code="",
        env={"PYTHONPATH": "vendor:."},
        repository={
            "digest": digest,
            "patch": patch,
            "overlay": HIDDEN,
            "report": {"format": "junit", "path": "report.xml"},
            "must_pass": MUST_PASS,
            "must_keep_passing": MUST_KEEP,
        },
        stages=[sh("test", command)],
        protected=["tests", "vendor", "**/conftest.py", "*.ini", "*.toml", "setup.cfg"],
        **fields,
    )


def test_the_right_patch_is_rewarded(service: Service, digest: str) -> None:
    result = judged(service, digest, RIGHT)
    assert (result.verdict, result.reward, result.grade) == ("AC", 1.0, "weak"), result
    assert (result.passed, result.total) == (5, 5)
    assert {case.id: case.status for case in result.cases} == dict.fromkeys(
        [*MUST_PASS, *MUST_KEEP], "passed"
    )


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (WRONG, "test_each_item"),
        (BREAKS, "test_discount"),
        (EDITS_TESTS, "test_each_item"),
        (new_file("conftest.py"), "test_each_item"),
        (new_file("conftest.py", "tests/conftest.py"), "test_each_item"),
        (new_file("conftest.py", "shop/conftest.py"), "test_each_item"),
    ],
    ids=[
        "wrong",
        "breaks another test",
        "edits the tests",
        "conftest.py",
        "tests/conftest.py",
        "shop/…",
    ],
)
def test_no_other_patch_is(service: Service, digest: str, patch: str, message: str) -> None:
    result = judged(service, digest, patch)
    assert (result.verdict, result.reward) == ("WA", 0.0), result
    assert message in result.message


def test_the_forged_reports_would_have_worked_on_unprotected_files(
    service: Service, digest: str
) -> None:
    result = service.run(
        language="python",
        code="",
        env={"PYTHONPATH": "vendor:."},
        repository={"digest": digest, "patch": new_file("conftest.py"), "overlay": HIDDEN},
        stages=[sh("test", "python3 -m pytest -q -p no:cacheprovider tests")],
    )
    assert (result.verdict, result.reward, result.grade) == ("OK", 1.0, "weak")
