"""Repositories: patches that apply and that do not, hidden tests, reports that agree and that do not."""

import base64
from typing import Any

from tests.service.cases.case import Case, sh, tar

CALC = "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n"
RUNNER = '''
"""Runs the tests and says what came out, as TAP or as JUnit XML."""
import sys, unittest
from xml.sax.saxutils import quoteattr

sys.path[:0] = [".", "tests"]


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.lines, self.cases = [], []

    def note(self, test, tag):
        name = test.id()
        self.lines.append(f"{'not ok' if tag else 'ok'} - {name}")
        group, _, last = name.rpartition(".")
        self.cases.append(f"<testcase classname={quoteattr(group)} name={quoteattr(last)}>{tag}</testcase>")

    def addSuccess(self, test):
        self.note(test, "")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.note(test, "<failure/>")

    def addError(self, test, error):
        super().addError(test, error)
        self.note(test, "<error/>")


result = Result()
unittest.defaultTestLoader.discover("tests", "test_*.py").run(result)
if sys.argv[1:] == ["junit"]:
    with open("report.xml", "w") as file:
        file.write(f"<testsuite>{''.join(result.cases)}</testsuite>")
else:
    print(f"1..{len(result.lines)}", *result.lines, sep="\\n")
sys.exit(not result.wasSuccessful())
'''
OLD_TESTS = """
import unittest, calc
class Old(unittest.TestCase):
    def test_mul(self): self.assertEqual(calc.mul(2, 3), 6)
"""
HIDDEN_TESTS = """
import unittest, calc
class New(unittest.TestCase):
    def test_add(self): self.assertEqual(calc.add(2, 3), 5)
"""
ARCHIVE = {"base64": base64.b64encode(tar({
    "calc.py": CALC, "tests/run.py": RUNNER, "tests/test_old.py": OLD_TESTS,
})).decode()}  # fmt: skip


def diff(
    old: str, new: str, path: str = "calc.py", at: int = 2, context: str = "def add(a, b):\n"
) -> str:
    return f"--- a/{path}\n+++ b/{path}\n@@ -{at - 1},2 +{at - 1},2 @@\n {context}-{old}\n+{new}\n"


def new_file(path: str, text: str) -> str:
    lines = text.splitlines()
    body = "".join(f"+{line}\n" for line in lines)
    return f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n{body}"


FIX = diff("    return a - b", "    return a + b")
WRONG = diff("    return a - b", "    return a + b + 1")
BREAKS = FIX + "@@ -5,2 +5,2 @@\n def mul(a, b):\n-    return a * b\n+    return a\n"
EDITS_TESTS = diff(
    "    def test_mul(self): self.assertEqual(calc.mul(2, 3), 6)", "    def test_mul(self): pass",
    "tests/test_old.py", 4, "class Old(unittest.TestCase):\n",
)  # fmt: skip
ADDS_HIDDEN = new_file("tests/test_new.py", HIDDEN_TESTS.replace("5)", "-1)"))
FORGED = '<testsuite><testcase classname="test_new.New" name="test_add"/><testcase classname="test_old.Old" name="test_mul"/></testsuite>'
AT_IMPORT = "def add(a, b): return 0\ndef mul(a, b): return a * b\n"
LEAVES = new_file("extra.py", "") + diff("    return a - b", "    import os; os._exit(0)")
FORGES_XML = diff(
    "    return a - b", f"    import os; open('report.xml', 'w').write('{FORGED}'); os._exit(0)"
)
FORGES_HALF = diff(
    "    return a - b", f"    import os; open('report.xml', 'w').write('{FORGED}'); os._exit(1)"
)
PLANTS_XML = new_file("report.xml", FORGED) + diff("    return a - b", "    import os; os._exit(0)")
SHADOWS = new_file("unittest.py", "import os\nos._exit(0)")

MUST, KEEP = ["test_new.New.test_add"], ["test_old.Old.test_mul"]
MUST_XML, KEEP_XML = ["test_new.New::test_add"], ["test_old.Old::test_mul"]


def _repo(
    name: str, patch: str | None, verdict: str, reward: float, *, junit: bool = False,
    repository: dict[str, Any] | None = None, script: str = "python3 tests/run.py",
    request: dict[str, Any] | None = None, **fields: Any,
) -> Case:  # fmt: skip
    report: dict[str, Any] = {"format": "tap"}
    if junit:
        report = {"format": "junit", "path": "report.xml"}
        script = "python3 tests/run.py junit"
    asked = {
        "archive": ARCHIVE,
        "patch": patch,
        "overlay": {"tests/test_new.py": HIDDEN_TESTS},
        "report": report,
        "must_pass": MUST_XML if junit else MUST,
        "must_keep_passing": KEEP_XML if junit else KEEP,
        **(repository or {}),
    }
    fields = {"grade": "weak", **fields}
    stages = [sh("test", script, limits={"cpu_time_s": 3})]
    body = {
        "language": "python",
        "code": "",
        "repository": asked,
        "stages": stages,
        "protected": ["tests"],
    }
    return Case(f"repository: {name}", {**body, **(request or {})}, verdict, reward, **fields)


CASES = [
    _repo("right patch", FIX, "AC", 1.0, steps=["OK"]),
    _repo("right patch, JUnit", FIX, "AC", 1.0, junit=True),
    _repo("no patch", None, "WA", 0.0, message="'test_new.New.test_add' failed"),
    _repo("wrong patch", WRONG, "WA", 0.0, message="'test_new.New.test_add' failed"),
    _repo("wrong patch, fraction", WRONG, "WA", 0.5, request={"reward": "fraction"}),
    _repo("breaks another test", BREAKS, "WA", 0.0, message="'test_old.Old.test_mul' failed"),
    _repo("edits the tests", EDITS_TESTS, "WA", 0.0, flags=["patch_touches_protected"]),
    _repo("brings the hidden tests", ADDS_HIDDEN, "WA", 0.0, flags=["patch_touches_protected"]),
    _repo("edits the tests and is right", FIX + EDITS_TESTS, "AC", 1.0, flags=["patch_touches_protected"]),
    _repo("syntax error", diff("    return a - b", "    return ("), "WA", 0.0, flags=["missing_tests"]),
    _repo("leaves with 0", LEAVES, "WA", 0.0, flags=["bad_report"]),
    _repo("leaves with 0, JUnit", LEAVES, "WA", 0.0, junit=True, flags=["no_report"]),
    _repo("brings a report", PLANTS_XML, "WA", 0.0, junit=True, flags=["no_report"]),
    _repo("forges a report and fails", FORGES_HALF, "WA", 0.0, junit=True, flags=["report_disagrees"]),
    _repo("loops", diff("    return a - b", "    while True: pass"), "TLE", 0.0,
          request={"stages": [sh("test", "python3 tests/run.py", limits={"cpu_time_s": 0.5})]}),
    _repo("an earlier stage fails", FIX, "RE", 0.0, steps=["RE", "SK"],
          request={"stages": [sh("build", "exit 1"), sh("test", "python3 tests/run.py")]}),
    _repo("an expected test is not there", FIX, "WA", 0.0, flags=["missing_tests"],
          repository={"must_pass": [*MUST, "test_new.New.test_more"]}),
    _repo("a test is not expected", FIX, "WA", 0.0, flags=["unexpected_tests"],
          repository={"must_keep_passing": []}),
    _repo("a test that may fail", FIX, "AC", 1.0, repository={"must_keep_passing": [], "may_fail": KEEP}),
    _repo("only stages", FIX, "OK", 1.0,
          repository={"report": None, "must_pass": [], "must_keep_passing": [], "overlay": {}}),
    *(
        _repo(f"patch rejected: {name}", patch, "PR", 0.0, message=message, steps=["SK"])
        for name, patch, message in [
            ("other context", FIX.replace("a - b", "a % b"), "calc.py: hunk 1"),
            ("other place", FIX.replace("-1,2", "-2,2"), "hunk 1 (@@ -2,2 +1,2 @@)"),
            ("second hunk", FIX + "@@ -5,2 +5,2 @@\n def mul(a, b):\n-    return a ** b\n+    return a\n", "hunk 2"),
            ("no such file", FIX.replace("calc", "calk"), "calk.py: there is no such file"),
            ("nothing", "", "changes no file"),
            ("no diff", "I would change the sign.", "changes no file"),
            ("cut short", FIX[:-20], "hunk 1"),
            ("out of the tree", FIX.replace("/calc.py", "/../calc.py"), "'..'"),
            ("file that is there", new_file("calc.py", "x"), "there already"),
        ]
    ),
    Case("repository: no archive", {
        "language": "python", "code": "", "stages": [sh("test", "true")],
        "repository": {"archive": {"base64": base64.b64encode(b"hello").decode()}},
    }, "IE", None, error="bad_archive"),
]  # fmt: skip
