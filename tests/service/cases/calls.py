"""Calls of functions in Python and C++, and how one might cheat."""

from typing import Any

from tests.service.cases.case import Case


def call(function: str, *args: Any, gives: Any, **fields: Any) -> dict[str, Any]:
    return {"call": {"function": function, "args": list(args), "expected": gives, **fields}}


def _py(name: str, code: str, verdict: str, *calls: dict[str, Any], **fields: Any) -> Case:
    asked = list(calls) or [call("f", 20, 22, gives=42)]
    request = {"language": "python", "code": code, "tests": asked, "limits": {"cpu_time_s": 1}}
    return Case(f"call: {name}", request, verdict, 1.0 if verdict == "AC" else 0.0, **fields)


def _cpp(
    name: str, code: str, verdict: str, *calls: dict[str, Any], language: str = "cpp", **fields: Any
) -> Case:
    asked = list(calls) or [call("f", 20, 22, gives=42)]
    request = {"language": language, "code": code, "tests": asked}
    return Case(
        f"call {language}: {name}", request, verdict, 1.0 if verdict == "AC" else 0.0, **fields
    )


ALWAYS_EQUAL = """
class Always(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
def f(a, b): return Always(7)
"""
PRINTS_AND_LEAVES = "import os\ndef f(a, b):\n    os.write(1, b'42\\n')\n    os._exit(0)"
FORGES_A_FRAME = """
import os, sys
def f(a, b):
    frame = sys._getframe(1).f_locals
    os.write(frame["answers"], frame["nonce"] + b" 42\\n")
    return 41
"""
FORGES_AND_LEAVES = """
import os, sys
def f(a, b):
    frame = sys._getframe(1).f_locals
    os.write(frame["answers"], frame["nonce"] + b" " + str(a).encode() + b"\\n")
    os._exit(0)
"""
PATCHES_JSON = """
import json
class Encoder(json.JSONEncoder):
    def encode(self, value): return "42"
json.JSONEncoder = Encoder
json.dumps = lambda *a, **k: "42"
def f(a, b): return 41
"""
PATCHES_DRIVER = """
import sys
sys.modules["__main__"].plain = lambda value: value
sys.modules["__main__"].main = lambda: None
class Any:
    def __eq__(self, other): return True
def f(a, b): return Any()
"""
SWAPS_DRIVER = """
import os
for name in ("main.py", "json.py", "os.py"):
    open(name, "w").write("print('forged 42')")
def f(a, b):
    os.execvp("python3", ["python3", "main.py"])
"""
LOOKS_AROUND = """
import gc, glob, os, sys
def f(a, b):
    seen = [str(sys._getframe(1).f_locals), str(dict(os.environ)), open("/proc/self/cmdline").read()]
    seen += [open(path).read() for path in glob.glob("/box/*")]
    seen += [str(one) for one in gc.get_objects() if type(one) in (dict, list, bytes)][:20000]
    needle = "-".join(("canary", "7f3a"))
    return needle if any(needle in text for text in seen) else "nothing"
"""

VALUES: list[Any] = [None, True, 0, -1.5, 'é\n"', [], {"a": [1, {}]}, 10**50]

CASES = [
    _py("right", "def f(a, b): return a + b", "AC", grade="strong"),
    _py("wrong", "def f(a, b): return a - b", "WA", message="expected 42, got -2"),
    _py("a method", "class Solution:\n    def f(self, a): return a[::-1]", "AC",
        call("Solution.f", [1, 2], gives=[2, 1])),
    _py("any value", "def f(x): return x", "AC",
        *(call("f", value, gives=value) for value in VALUES)),
    _py("a tuple is a list", "def f(): return (1, (2, 3))", "AC", call("f", gives=[1, [2, 3]])),
    _py("prints meanwhile", "print('import')\ndef f(a, b):\n    print(a)\n    return a + b", "AC"),
    _py("some right", "def f(a): return abs(a)", "WA", call("f", 1, gives=1), call("f", 1, gives=-1),
        steps=["AC", "WA"], points=[1, 0]),
    _py("within a tolerance", "def f(): return [0.1 + 0.2]", "AC", call("f", gives=[0.3], abs_tol=1e-9)),
    _py("exact by default", "def f(): return 0.1 + 0.2", "WA", call("f", gives=0.3)),
    _py("an integer as a float", "def f(): return 2.0", "AC", call("f", gives=2)),
    _py("true is not one", "def f(): return True", "WA", call("f", gives=1)),
    _py("a string is not a number", "def f(): return '42'", "WA", call("f", gives=42)),
    _py("nan", "def f(): return float('nan')", "WA", call("f", gives=0, abs_tol=1e9)),
    _py("nothing", "def f(a, b): a + b", "WA"),
    _py("raises", "def f(a, b): raise ValueError", "RE"),
    _py("is not there", "def g(): pass", "RE"),
    _py("does not load", "def", "RE"),
    _py("loops", "def f(a, b):\n    while True: pass", "TLE"),
    _py("a set is no JSON", "def f(): return {1}", "RE", call("f", gives=[1])),
    _py("cheat: always equal", ALWAYS_EQUAL, "RE"),
    _py("cheat: leaves with 0", "import os\ndef f(a, b): os._exit(0)", "WA", flags=["no_result"]),
    _py("cheat: leaves on import", "import os; os._exit(0)", "WA", flags=["no_result"]),
    _py("cheat: sys.exit", "import sys\ndef f(a, b): sys.exit(0)", "WA", flags=["no_result"]),
    _py("cheat: SkipTest", "import unittest\ndef f(a, b): raise unittest.SkipTest", "RE"),
    _py("cheat: prints", "def f(a, b): print(42)", "WA"),
    _py("cheat: prints and leaves", PRINTS_AND_LEAVES, "WA", flags=["no_result"]),
    _py("cheat: a frame before the driver's", FORGES_A_FRAME, "WA", flags=["forged_result"]),
    _py("cheat: a frame of its own with a guess", FORGES_AND_LEAVES, "WA"),
    _py("cheat: patches json", PATCHES_JSON, "WA"),
    _py("cheat: patches the driver", PATCHES_DRIVER, "RE"),
    _py("cheat: swaps the driver", SWAPS_DRIVER, "WA"),
    _py("cheat: executes /bin/true", "import os\ndef f(a, b): os.execv('/bin/true', ['true'])", "WA"),
    _py("cheat: looks for the answer", LOOKS_AROUND, "WA", call("f", 1, 2, gives="canary-7f3a"),
        message='got "nothing"'),
    _cpp("right", "int f(int a, int b) { return a + b; }", "AC", grade="strong"),
    _cpp("wrong", "int f(int a, int b) { return a - b; }", "WA", message="expected 42, got -2"),
    _cpp("C++20", "auto f(long a, long b) -> long { return a + b; }", "AC", language="cpp20"),
    _cpp("a method with references",
         "struct Solution { vector<int> f(vector<int> &a, const string &s) { a.push_back(s.size()); return a; } };",
         "AC", call("Solution.f", [1, 2], "abc", gives=[1, 2, 3])),
    _cpp("many types",
         "map<string, pair<double, bool>> f(vector<vector<string>> a, optional<long long> b, char c) {\n"
         "    return {{a[0][0] + c, {b ? *b / 2.0 : -1, a.empty()}}}; }",
         "AC", call("f", [["é\n"]], None, "x", gives={"é\nx": [-1, False]}),
         call("f", [["\""]], 3, "\\", gives={"\"\\": [1.5, False]})),
    _cpp("does not compile", "int f(int a) { return x; }", "CE"),
    _cpp("is not there", "int g() { return 1; }", "CE"),
    _cpp("crashes", "int f(int a, int b) { return *(volatile int *)0 + a + b; }", "RE"),
    _cpp("an argument that does not fit", "int f(bool a, int b) { return a + b; }", "RE"),
    _cpp("cheat: leaves with 0", "int f(int, int) { _exit(0); }", "WA", flags=["no_result"]),
    _cpp("cheat: prints", 'int f(int, int) { puts("42"); fflush(stdout); return 0; }', "WA"),
    _cpp("cheat: prints before main", 'int x = (write(1, "42\\n", 3), 0);\nint f(int, int) { return 42; }', "WA",
         flags=["forged_result"]),
]  # fmt: skip
