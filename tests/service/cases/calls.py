"""Calls of functions in Python, C++ and JavaScript, and how one might cheat."""

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


def _js(name: str, code: str, verdict: str, *calls: dict[str, Any], **fields: Any) -> Case:
    return _cpp(name, code, verdict, *calls, language="javascript", **fields)


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

JS_RIGHT = "function f(a, b) { return a + b; }"
JS_LIES = """
class Always extends Number {
  valueOf() { return 42; }
  toString() { return "42"; }
  toJSON() { return 42; }
  [Symbol.toPrimitive]() { return 42; }
}
const f = () => new Always(7);
"""
JS_LIES_IN_A_LIST = """
const f = () => Object.assign([41], { toJSON: () => [42], toString: () => "[42]" });
"""
JS_PATCHES = """
JSON.stringify = () => "42";
JSON.parse = () => ({ args: [42, 0] });
Object.prototype.toJSON = Number.prototype.toJSON = () => 42;
Number.prototype.toString = Number.prototype.valueOf = () => "42";
Buffer.from = () => Buffer.alloc(3, "42\\n");
Array.isArray = () => { throw 42; };
require("node:fs").writeSync = () => 1e9;
const f = (a, b) => 41;
"""
JS_PRINTS_AND_LEAVES = """
const fs = require("node:fs");
function f(a, b) {
  for (const fd of [1, 2, 3]) fs.writeSync(fd, "42\\n");
  process.exit(0);
}
"""
JS_PRINTS_AT_EXIT = """
process.on("exit", () => require("node:fs").writeSync(3, "42\\n"));
const f = () => 42;
"""
JS_SWAPS_DRIVER = """
const fs = require("node:fs"), { execFileSync } = require("node:child_process");
for (const name of ["main.js", "solution.js"]) fs.writeFileSync(name, "console.log('forged 42')");
function f(a, b) {
  execFileSync("node", ["main.js"], { stdio: "inherit" });
  for (const one of Object.values(require.cache)) one.exports = () => 42;
  process.exit(0);
}
"""
JS_FINDS_THE_NONCE = """
const fs = require("node:fs");
const slice = String.prototype.slice, index = String.prototype.indexOf;
function f(a, b) {
  const memory = fs.openSync("/proc/self/mem"), found = [];
  for (const line of fs.readFileSync("/proc/self/maps", "latin1").split("\\n")) {
    const [, first, last] = line.match(/^(\\w+)-(\\w+) rw/) || [];
    const size = parseInt(last, 16) - parseInt(first, 16);
    if (!(size < 1 << 24)) continue;
    const bytes = Buffer.alloc(size);
    try { fs.readSync(memory, bytes, 0, size, parseInt(first, 16)); } catch { continue; }
    found.push(...(bytes.toString("latin1").match(/[0-9a-f]{32}(?=\\n{"function")/g) || []));
  }
  if (!found.length) return 42;  // no cheat without it: the control
  fs.writeSync(3, `${found[0]} 41\\n`);
  process.exit(0);
}
"""
JS_LOOKS_AROUND = """
const fs = require("node:fs");
function f(a, b) {
  const seen = [JSON.stringify(process.env), f.caller, ...process.argv, fs.readFileSync("/proc/self/cmdline", "utf8")];
  for (const name of fs.readdirSync("/box")) seen.push(fs.readFileSync(`/box/${name}`, "utf8"));
  require("node:v8").writeHeapSnapshot("/tmp/heap");
  seen.push(fs.readFileSync("/tmp/heap", "utf8"));
  const needle = ["canary", "7f3a"].join("-");
  return seen.some((text) => String(text).includes(needle)) ? needle : "nothing";
}
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
    _js("right", JS_RIGHT, "AC", grade="strong"),
    _js("wrong", "const f = (a, b) => a - b;", "WA", message="expected 42, got -2"),
    _js("a method", "class Solution {\n  #n = 1;\n  f(a) { return a.reverse().concat(this.#n); }\n}", "AC",
        call("Solution.f", [1, 2], gives=[2, 1, 1])),
    _js("a static method", "class Solution { static f() { return this.name; } }", "AC",
        call("Solution.f", gives="Solution")),
    _js("a member of an object", "const Solution = { n: 7, f() { return this.n; } };", "AC",
        call("Solution.f", gives=7)),
    _js("a name that is exported", "(() => { exports.f = (a, b) => a + b; })();", "AC"),
    _js("a name of Node's own that is exported", "exports.escape = (a, b) => a + b;", "AC",
        call("escape", 20, 22, gives=42)),
    _js("a name that only the export has", "module.exports = function f(a, b) { return a + b; };", "AC"),
    _js("a name beside what is exported", "module.exports = exports.default = () => {};\nmodule.exports.default = "
        "module.exports;\n" + JS_RIGHT, "AC"),
    _js("a reserved word that is exported", "exports.new = (a, b) => a + b;", "AC", call("new", 20, 22, gives=42)),
    _js("an ES module", "import { EOL } from 'node:os';\nexport const f = (a, b) => EOL && a + b;", "AC"),
    _js("a default export", "const n = await 42;\nexport default class Solution { f() { return n; } }", "AC",
        call("Solution.f", gives=42)),
    _js("members of a default export", "const f = (a, b) => a + b;\nexport default { f };", "AC"),
    _js("an ES module that exports something else", "const f = () => 42;\nexport const g = f;", "RE"),
    _js("is no main program", "if (!module.parent || require.main === module) process.exit(0);\n" + JS_RIGHT, "AC"),
    _js("an ES module that is no main program",
        "if (import.meta.url === `file://${process.argv[1]}`) process.exit(0);\nexport " + JS_RIGHT, "AC"),
    Case("call javascript: in a package of ES modules",
         {"language": "javascript", "code": "export " + JS_RIGHT, "tests": [call("f", 20, 22, gives=42)],
          "files": {"package.json": '{"type": "module"}'}}, "AC", 1.0),
    _js("an asynchronous function", "const f = async (a, b) => (await import('node:os')).EOL && a + b;", "AC"),
    _js("with a timer that goes on", "setInterval(() => {}, 1); function f(a, b) { return a + b; }", "AC"),
    _js("strict, and run by a shell", "#!/usr/bin/env node\n'use strict';\nlet f = (a, b) => a + b; // end", "AC"),
    _js("with a byte order mark and CRLF", "\ufeff#!/usr/bin/env node\r\n'use strict';\r\n" + JS_RIGHT, "AC"),
    _js("any value", "const f = (x) => x;", "AC",
        *(call("f", value, gives=value) for value in VALUES[:-1])),
    _js("lists and integers of other kinds",
        "const f = () => [new Uint8Array([1, 2]), 10n ** 50n, 2 ** 60, 1e21, [undefined], { a: undefined }];",
        "AC", call("f", gives=[[1, 2], 10**50, 2**60, 10**21, [None], {}])),
    _js("half of a pair of surrogates", "const f = () => '\\ud800';", "WA", call("f", gives="?")),
    _js("prints meanwhile",
        "console.log('import');\nfunction f(a, b) { require('fs').writeSync(1, 'x\\n'); return a + b; }", "AC"),
    _js("some right", "const f = Math.abs;", "WA", call("f", 1, gives=1), call("f", 1, gives=-1),
        steps=["AC", "WA"], points=[1, 0]),
    _js("within a tolerance", "const f = () => [0.1 + 0.2];", "AC", call("f", gives=[0.3], abs_tol=1e-9)),
    _js("exact by default", "const f = () => 0.1 + 0.2;", "WA", call("f", gives=0.3)),
    _js("true is not one", "const f = () => true;", "WA", call("f", gives=1)),
    _js("nan is not null", "const f = () => NaN;", "WA", call("f", gives=None)),
    _js("nothing", "function f(a, b) { a + b; }", "WA"),
    _js("nothing is null", "function f(a, b) { a + b; }", "AC", call("f", 1, gives=None)),
    _js("throws", "function f() { throw new Error('x'); }", "RE"),
    _js("rejects", "async function f() { throw 42; }", "RE"),
    _js("never settles", "const f = () => new Promise(() => {});", "WA", flags=["no_result"]),
    _js("is not there", "const g = 1;", "RE"),
    _js("a name of Node's own is not the program's", "const g = 1;", "RE",
        call("isNaN", 1, gives=False), call("constructor", gives={}), steps=["RE", "RE"]),
    _js("does not load", "function f( {", "RE"),
    _js("loops", "function f() { while (true); }", "TLE", call("f", gives=1)
        | {"limits": {"cpu_time_s": 1}}),
    _js("a map is no JSON", "const f = () => new Map([[1, 2]]);", "RE", call("f", gives={})),
    _js("a circle", "const f = () => { const a = []; a.push(a); return a; };", "RE"),
    _js("cheat: a value that lies", JS_LIES, "RE"),
    _js("cheat: a list that lies", JS_LIES_IN_A_LIST, "WA", call("f", gives=[42])),
    _js("cheat: leaves with 0", "function f() { process.exit(0); }", "WA", flags=["no_result"]),
    _js("cheat: leaves on import", "process.reallyExit(0);", "WA", flags=["no_result"]),
    _js("cheat: prints", "function f() { console.log(42); }", "WA"),
    _js("cheat: prints and leaves", JS_PRINTS_AND_LEAVES, "WA", flags=["forged_result"]),
    _js("cheat: prints at exit", JS_PRINTS_AT_EXIT, "WA", flags=["forged_result"]),
    _js("cheat: patches everything", JS_PATCHES, "WA", message="got 41"),
    _js("cheat: swaps the driver", JS_SWAPS_DRIVER, "WA"),
    _js("cheat: an answer of its own with the nonce", JS_FINDS_THE_NONCE, "WA", message="got 41"),
    _js("cheat: executes true", "function f() { process.execve?.('/bin/true'); process.kill(process.pid, 'SIGTERM'); }",
        "RE"),
    _js("cheat: looks for the answer", JS_LOOKS_AROUND, "WA", call("f", 1, 2, gives="canary-7f3a"),
        message='got "nothing"'),
]  # fmt: skip
