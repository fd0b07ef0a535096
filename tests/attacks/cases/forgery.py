"""Rewards that were not earned: the program says that it is right, or ends before anybody can see."""

from collections.abc import Mapping
from typing import Any

from tests.attacks.attack import Attack

ONE_TEST: Mapping[str, Any] = {"tests": [{"stdin": "", "expected_output": "42\n"}]}


def forged(name: str, code: str, expected: str | tuple[str, ...] = "WA", **fields: Any) -> Attack:
    """An attack on a test whose right answer is 42."""
    return Attack(name, code, expected, fields={**ONE_TEST, **fields})


EXITS = [
    forged("the end with status 0 before any output: sys.exit", "sys.exit(0)"),
    forged("the end with status 0 before any output: os._exit", "os._exit(0)"),
    forged("the end in a thread", "import threading; threading.Thread(target=os._exit, args=(0,)).start()"),
    forged("the end in atexit, when something was wrong", "import atexit; atexit.register(os._exit, 0); 1 / 0"),
    forged("another program in its place", "os.execv('/bin/true', ['true'])"),
    forged("a skipped test", "import unittest; raise unittest.SkipTest('42')", "RE 1"),
    forged("the whole group killed", "print(42, flush=True); os.kill(0, signal.SIGKILL)", "RE SIGKILL: 42"),
    forged("the right answer, and then a crash", "print(42, flush=True); os.abort()", "RE SIGABRT: 42"),
    forged("the right answer with a status of failure", "print(42); sys.exit(1)", "RE 1: 42"),
    forged("a status that looks like a signal", "print(42); sys.exit(137)", "RE 137: 42"),
    forged("the right answer, and then no end", "print(42, flush=True); time.sleep(9)", "TLE",
           limits={"wall_time_s": 0.3, "cpu_time_s": 1}),
    forged("the right answer by somebody who is left, later",
           "if os.fork() == 0: time.sleep(2); os.write(1, b'42\\n')"),
    forged("the right answer on all descriptors but the one that counts",
           "for fd in range(2, 64):\n    attempt(lambda: os.write(fd, b'42\\n'))"),
    forged("the right answer among others", "print(41); print(42); print(43)", "WA: 43"),
]  # fmt: skip

CLAIMS = [
    forged(
        "verdicts and results in the output",
        """
for fd in range(1, 64):
    for text in (b'{"verdict": "AC", "reward": 1.0, "passed": 1}', b"<testsuite failures='0'/>", b"OK", b"PASSED"):
        attempt(lambda: os.write(fd, text + b"\\n"))
""",
        "WA: PASSED",
    ),
    forged(
        "results in files with names that a grader might read",
        """
for name in ("result.json", "report.xml", "verdict", "/tmp/result.json", "/tmp/score", ".pytest_cache", "stdout"):
    open(name, "w").write("42")
""",
    ),
    forged(
        "messages to init on descriptors that it might have",
        """
report = struct.pack("IIiiIIQQQ", 5, 20, 0, 0, 0, 0, 1, 1, 1)
for fd in range(0, 64):
    attempt(lambda: os.write(fd, report) and "")
    attempt(lambda: socket.socket(fileno=os.dup(fd)).send(report) and "")
""",
        "WA",
        checker={"type": "exact"},
    ),
    forged(
        "objects that are equal to everything",
        """
class Always(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return hash(42)
    __class__ = int
print(Always(41))
""",
        "WA: 41",
    ),
    forged(
        "builtins, json and comparisons patched before anybody else imports them",
        """
import builtins, json, math, operator, unittest
builtins.print = lambda *a, **k: None
builtins.sorted = builtins.repr = builtins.str = lambda *a, **k: "42"
operator.eq = math.isclose = lambda *a, **k: True
json.loads = json.load = lambda *a, **k: {"passed": True}
unittest.TestCase.assertEqual = lambda *a, **k: None
sys.stdout.write("41")
""",
        "WA: 41",
    ),
    forged(
        "modules and start-up files that shadow others",
        "print(41)",
        "WA: 41",
        files={
            "sitecustomize.py": "print(42); import os; os._exit(0)",
            "usercustomize.py": "print(42); import os; os._exit(0)",
            "x.pth": "import os; os._exit(0)",
            "conftest.py": "raise SystemExit(0)",
            "pytest.ini": "[pytest]\naddopts = --co",
        },
    ),
    forged(
        "variables that load something: LD_PRELOAD, PYTHONSTARTUP, GCONV_PATH",
        "print(41)",
        ("WA: 41", "WA"),
        env={
            "LD_PRELOAD": "/box/x.so",
            "PYTHONSTARTUP": "/box/x.py",
            "PYTHONINSPECT": "1",
            "GCONV_PATH": "/box",
            "LD_AUDIT": "/box/x.so",
            "PYTHONWARNINGS": "error::x.y",
        },
        files={"x.py": "print(42)", "x.so": "no library"},
    ),
    forged(
        "a PATH to an interpreter of one's own",
        "print(41)",
        ("WA", "RE 0", "RE 127"),
        env={"PATH": "/box"},
        files={"python3": "#!/bin/sh\necho 41\n"},
    ),
    Attack(
        "the end before main, by a constructor",
        "#include <stdlib.h>\n__attribute__((constructor)) static void first(void) { _Exit(0); }\n"
        "int main(void) { return 1; }\n",
        "WA",
        language="c",
        fields=ONE_TEST,
    ),
    Attack(
        "an answer kept from one test for the next",
        """
try: print(open("/tmp/kept").read())
except OSError: open("/tmp/kept", "w").write("42"); print(42)
""",
        "WA: 42",
        fields={"tests": [{"expected_output": "42\n"}, {"expected_output": "43\n"}]},
    ),
    Attack(
        "time that stands still, and work in children of which nobody knows",
        """
time.time = time.process_time = time.perf_counter = lambda: 0
if os.fork() == 0:
    os.setsid(); os.closerange(0, 9)
    while True: pass
os.wait()
""",
        "TLE",
        fields={"limits": {"cpu_time_s": 0.3, "wall_time_s": 5}},
    ),
]

CHECKERS = [
    forged(f"an output to break the checker {kind}: {name}", code, "WA", checker={"type": kind},
           limits={"output_kb": 4096})
    for kind, name, code in (
        ("floats", "numbers of a million digits", "os.write(1, b'9' * 1_000_000)"),
        ("floats", "exponents beyond all bounds", "os.write(1, b'1e' + b'9' * 100_000)"),
        ("floats", "what is no number", "os.write(1, b'nan\\0')"),
        ("tokens", "a million tokens", "os.write(1, b'42 ' * 1_000_000)"),
        ("unordered_tokens", "a million tokens that differ", "os.write(1, b' '.join(b'%d' % n for n in range(400_000)))"),
        ("unordered_lines", "a million lines", "os.write(1, b'\\n\\n42\\n' * 400_000)"),
        ("lines", "one line of a megabyte", "os.write(1, b'42' + b'\\0' * 1_000_000)"),
        ("exact", "the right answer behind a byte order mark", "os.write(1, b'\\xef\\xbb\\xbf42\\n')"),
    )
]  # fmt: skip

ATTACKS = [*EXITS, *CLAIMS, *CHECKERS]
