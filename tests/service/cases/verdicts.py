"""Every verdict and every built-in checker, in Python, C and C++."""

from typing import Any

from tests.service.cases.case import PYTHON_ECHO, Case, tests

DOUBLE = {
    "python": "print(int(input()) * 2)",
    "c": '#include <stdio.h>\nint main(void) { int n; scanf("%d", &n); printf("%d\\n", n * 2); }',
    "cpp": '#include <cstdio>\nint main() { int n; std::scanf("%d", &n); std::printf("%d\\n", n * 2); }',
}
WRONG = {
    "python": "print(int(input()) * 3)",
    "c": '#include <stdio.h>\nint main(void) { int n; scanf("%d", &n); printf("%d\\n", n * 3); }',
    "cpp": '#include <cstdio>\nint main() { int n; std::scanf("%d", &n); std::printf("%d\\n", n * 3); }',
}
C_FAMILY = {
    "loop": ("TLE", "int main() { volatile int i = 0; for (;;) i = i + 1; }", "CPU"),
    "null": ("RE", "int main() { *(volatile int *)0 = 1; }", "SIGSEGV"),
    "division": ("RE", "int main() { volatile int z = 0; return 10 / z; }", "SIGFPE"),
    "abort": ("RE", "#include <stdlib.h>\nint main() { abort(); }", "SIGABRT"),
    "status": ("RE", "int main() { return 3; }", "exit status 3"),
    "flood": (
        "OLE",
        '#include <stdio.h>\nint main() { for (;;) puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"); }',
        "",
    ),
    "memory": (
        "MLE",
        "#include <stdlib.h>\n#include <string.h>\n"
        "int main() { for (;;) { void *p = malloc(1 << 20); if (p) memset(p, 1, 1 << 20); } }",
        "memory",
    ),
    "error": ("CE", "int main() { return x; }", ""),
    "no main": ("CE", "int f() { return 0; }", ""),
}
PYTHON = {
    "loop": ("TLE", "while True: pass", "CPU"),
    "exception": ("RE", "1 / 0", "exit status 1"),
    "syntax": ("RE", "def", "exit status 1"),
    "status": ("RE", "raise SystemExit(3)", "exit status 3"),
    "kill": ("RE", "import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    "flood": ("OLE", "while True: print('x' * 1000)", ""),
    "memory": ("MLE", "x = bytearray(512 << 20)", "memory"),
    "recursion": ("RE", "def f(): f()\nf()", "exit status 1"),
    "silence": ("WA", "pass", ""),
    "os._exit": ("WA", "import os; os._exit(0)", ""),
    "half": ("WA", "print(4, end='', flush=True); import os; os._exit(0)", ""),
}
LIMITS = {"cpu_time_s": 0.4, "memory_mb": 64}


def _misbehaving() -> list[Case]:
    one = tests(("2", "4 4"))
    cases = [
        Case(f"python {name}", {"language": "python", "code": code, "tests": one, "limits": LIMITS},
             verdict, 0.0, message=message)
        for name, (verdict, code, message) in PYTHON.items()
    ]  # fmt: skip
    for language in ("c", "cpp"):
        cases += [
            Case(f"{language} {name}", {"language": language, "code": code, "tests": one, "limits": LIMITS},
                 verdict, 0.0, message=message)
            for name, (verdict, code, message) in C_FAMILY.items()
        ]  # fmt: skip
    return cases


def _plain() -> list[Case]:
    two = tests(("2", "4"), ("5", "10"))
    cases = []
    for language, code in DOUBLE.items():
        base = {"language": language, "tests": two}
        cases += [
            Case(
                f"{language} right", {**base, "code": code}, "AC", 1.0, ["AC", "AC"], grade="strong"
            ),
            Case(f"{language} wrong", {**base, "code": WRONG[language]}, "WA", 0.0, ["WA", "WA"]),
        ]
    return cases


def _echo(name: str, checker: dict[str, Any], expected: str, output: str, verdict: str) -> Case:
    request = {
        "language": "python",
        "code": PYTHON_ECHO,
        "tests": tests((output, expected)),
        "checker": checker,
    }
    return Case(f"checker {name}", request, verdict, 1.0 if verdict == "AC" else 0.0)


CHECKERS = [
    _echo("exact, equal", {"type": "exact"}, "a b\n", "a b\n", "AC"),
    _echo("exact, no newline", {"type": "exact"}, "a b\n", "a b", "WA"),
    _echo("lines, trailing blanks", {"type": "lines"}, "a b\nc", "a b  \nc\n\n", "AC"),
    _echo("lines, inner blanks", {"type": "lines"}, "a b\nc", "a  b\nc", "WA"),
    _echo("tokens", {"type": "tokens"}, "a b c", " a\nb\tc\n", "AC"),
    _echo("tokens, one too many", {"type": "tokens"}, "a b c", "a b c d", "WA"),
    _echo("tokens, one too few", {"type": "tokens"}, "a b c", "a b", "WA"),
    _echo("tokens, case", {"type": "tokens", "case_sensitive": False}, "Yes", "YES", "AC"),
    _echo("tokens, other case", {"type": "tokens"}, "Yes", "YES", "WA"),
    _echo("floats, near", {"type": "floats"}, "1.5", "1.5000009", "AC"),
    _echo("floats, far", {"type": "floats"}, "1.5", "1.51", "WA"),
    _echo("floats, nan", {"type": "floats"}, "1.5", "nan", "WA"),
    _echo("unordered lines", {"type": "unordered_lines"}, "a b\nc\nc", "c\na b\nc", "AC"),
    _echo("unordered lines, count", {"type": "unordered_lines"}, "a\nc\nc", "a\na\nc", "WA"),
    _echo("unordered tokens", {"type": "unordered_tokens"}, "a b b", "b\na b", "AC"),
    _echo("unordered tokens, count", {"type": "unordered_tokens"}, "a b b", "a a b", "WA"),
]

CASES = [*_plain(), *_misbehaving(), *CHECKERS]
