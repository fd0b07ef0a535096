"""Checkers and interactors that are programs."""

from typing import Any

from tests.service.cases.case import Case, tests

# Any number that divides the input: the answer is not unique.
DIVISOR = {
    "python": """
import sys
n = int(open(sys.argv[1]).read())
words = open(sys.argv[2]).read().split()
if len(words) != 1 or not words[0].isdigit():
    sys.exit("one number, please")
d = int(words[0])
if 1 < d < n and n % d == 0:
    sys.exit(0)
sys.stderr.write(f"{d} does not divide {n}")
sys.exit(1)
""",
    "c": """
#include <stdio.h>
int main(int argc, char **argv) {
    long n, d;
    FILE *in = fopen(argv[1], "r"), *out = fopen(argv[2], "r");
    if (argc != 4 || fscanf(in, "%ld", &n) != 1) return 3;
    if (fscanf(out, "%ld", &d) != 1) return 2;
    return 1 < d && d < n && n % d == 0 ? 0 : 1;
}
""",
    "cpp": """
#include <fstream>
int main(int, char **argv) {
    std::ifstream in(argv[1]), out(argv[2]);
    long n, d;
    in >> n;
    if (!(out >> d)) return 2;
    return 1 < d && d < n && n % d == 0 ? 0 : 1;
}
""",
}
PRINTS = "import sys; sys.stdout.write({!r})"


def _checked(
    name: str,
    checker: str,
    verdict: str,
    reward: float | None,
    *,
    language: str = "python",
    code: str = "print(3)",
    limits: dict[str, Any] | None = None,
    request: dict[str, Any] | None = None,
    **fields: Any,
) -> Case:
    asked = {
        "language": "python",
        "code": code,
        "tests": tests(("12", "2"), points=10),
        "checker": {
            "type": "program",
            "language": language,
            "code": checker,
            "limits": limits or {},
        },
        **(request or {}),
    }
    return Case(f"checker program: {name}", asked, verdict, reward, **fields)


def _ie(
    name: str, checker: str, language: str = "python", message: str = "", **limits: Any
) -> Case:
    return _checked(
        name,
        checker,
        "IE",
        None,
        language=language,
        limits=limits,
        error="helper_failed",
        message=message,
    )


CHECKER_CASES = [
    *(
        _checked(f"{language}, {what}", code, verdict, reward, language=language, code=f"print({output!r})")
        for language, code in DIVISOR.items()
        for what, output, verdict, reward in [
            ("right", "4", "AC", 1.0),
            ("wrong", "5", "WA", 0.0),
            ("no number", "x", "WA", 0.0),
        ]
    ),
    _checked("presentation error", "import sys; sys.exit(2)", "WA", 0.0),
    _checked("dirt", "import sys; sys.exit(4)", "WA", 0.0),
    _checked("message", "import sys; sys.stderr.write('too bad'); sys.exit(1)", "WA", 0.0, message="too bad"),
    _checked(
        "points", "import sys; sys.stderr.write('points 4.5 half'); sys.exit(7)", "WA", 0.45,
        points=[4.5], flags=["partial"], request={"reward": "points"},
    ),
    _checked("all points", "import sys; sys.stderr.write('10'); sys.exit(7)", "AC", 1.0, points=[10]),
    _checked("no points", "import sys; sys.stderr.write('0'); sys.exit(7)", "WA", 0.0, points=[0]),
    _checked("points, but all is asked for", "import sys; sys.stderr.write('9'); sys.exit(7)", "WA", 0.0),
    _checked("is not asked when the solution failed", "import sys; sys.exit(0)", "RE", 0.0, code="1 / 0"),
    _checked(
        "sees nothing of the solution's container",
        "import glob, sys\nsys.exit(1 if glob.glob('/tmp/left') or glob.glob('/dev/shm/*') else 0)",
        "AC", 1.0,
        code="open('/tmp/left', 'w').write('x'); open('/dev/shm/left', 'w').write('x'); print(3)",
    ),
    _checked("hides its answer", DIVISOR["python"], "WA", 0.0, code="import glob\nprint(glob.glob('*'))"),
    _checked("of a huge output", "import sys; sys.exit(len(open(sys.argv[2]).read()) != 1000000)", "AC", 1.0,
             code="print('x' * 999999)"),
    _ie("fails by itself", "import sys; sys.stderr.write('my fault'); sys.exit(3)", message="my fault"),
    _ie("raises", "1 / 0", message="ZeroDivisionError"),
    _ie("raises in C++", "int main() { throw 1; }", "cpp", message="SIGABRT"),
    _ie("crashes", "int main(void) { *(volatile int *)0 = 1; }", "c", message="SIGSEGV"),
    _ie("loops", "while True: pass", message="CPU", cpu_time_s=0.3),
    _ie("sleeps", "import time; time.sleep(60)", message="wall", wall_time_s=0.5),
    _ie("floods", "while True: print('x' * 1000)", message="output"),
    _ie("hogs memory", "x = bytearray(512 << 20)", message="memory", memory_mb=64),
    _ie("does not compile", "int main() { return x; }", "cpp", message="does not compile"),
    _ie("is no Python", "def", message="SyntaxError"),
    _ie("ends with a status of its own", "import sys; sys.exit(77)", message="status 77"),
    _ie("gives more points than there are", "import sys; sys.stderr.write('11'); sys.exit(7)", message="11 points"),
    _ie("gives points without a number", "import sys; sys.stderr.write('some'); sys.exit(7)", message="points"),
]  # fmt: skip

# --- interaction ----------------------------------------------------------------------------------

GUESS = """
import sys
n, limit = map(int, open(sys.argv[1]).read().split())
for _ in range(limit):
    word = input()
    if not word.lstrip("-").isdigit():
        sys.stderr.write("not a number"); sys.exit(2)
    if int(word) == n:
        print("=", flush=True); sys.exit(0)
    print("<" if n < int(word) else ">", flush=True)
sys.stderr.write("too many guesses")
sys.exit(1)
"""
GUESS_C = """
#include <stdio.h>
int main(int argc, char **argv) {
    int n, limit, guess;
    FILE *in = fopen(argv[1], "r");
    if (!in || fscanf(in, "%d %d", &n, &limit) != 2) return 3;
    while (limit--) {
        int got = scanf("%d", &guess);
        if (got == EOF) return 8;
        if (got != 1) return 2;
        puts(guess == n ? "=" : n < guess ? "<" : ">");
        fflush(stdout);
        if (guess == n) return 0;
    }
    return 1;
}
"""
SEARCH = """
low, high = 1, 100
while True:
    middle = (low + high) // 2
    print(middle, flush=True)
    answer = input()
    if answer == "=": break
    if answer == "<": high = middle - 1
    else: low = middle + 1
"""
SEARCH_C = """
#include <stdio.h>
int main(void) {
    int low = 1, high = 100;
    char answer;
    for (;;) {
        int middle = (low + high) / 2;
        printf("%d\\n", middle);
        fflush(stdout);
        if (scanf(" %c", &answer) != 1) return 9;
        if (answer == '=') return 0;
        if (answer == '<') high = middle - 1; else low = middle + 1;
    }
}
"""


def _talk(
    name: str,
    code: str,
    verdict: str,
    reward: float | None,
    *,
    language: str = "python",
    interactor: str = GUESS,
    by: str = "python",
    limits: dict[str, Any] | None = None,
    **fields: Any,
) -> Case:
    request = {
        "language": language,
        "code": code,
        "tests": [{"stdin": "37 10"}],
        "limits": {"cpu_time_s": 0.4, "wall_time_s": 1.2, **(limits or {})},
        "interactor": {"language": by, "code": interactor, "limits": {"cpu_time_s": 1}},
    }
    return Case(f"interaction: {name}", request, verdict, reward, **fields)


def _ill(name: str, interactor: str, code: str = SEARCH, **fields: Any) -> Case:
    return _talk(name, code, "IE", None, interactor=interactor, error="helper_failed", **fields)


INTERACTIVE_CASES = [
    _talk("accepted", SEARCH, "AC", 1.0, grade="strong"),
    _talk("accepted, C with C", SEARCH_C, "AC", 1.0, language="c", interactor=GUESS_C, by="c"),
    _talk("accepted, C++ with Python", SEARCH_C, "AC", 1.0, language="cpp"),
    _talk("refused", "for n in range(1, 50):\n    print(n, flush=True)\n    input()", "WA", 0.0,
          message="too many guesses"),
    _talk("refused, C", "int printf(const char *, ...);\nint main(void) { printf(\"500\\n\"); }", "WA", 0.0,
          language="c", interactor=GUESS_C, by="c"),
    _talk("wrong protocol", "print('hello', flush=True)\ninput()", "WA", 0.0, message="not a number"),
    _talk("ends too early", "print(1, flush=True)", "WA", 0.0, message="before the interaction was over"),
    _talk("says nothing", "pass", "WA", 0.0, message="before the interaction was over"),
    _talk("closes its output and stays", "import os, time\nos.close(1)\ntime.sleep(60)", "WA", 0.0),
    _talk("fails first", "raise SystemExit(3)", "RE", 0.0, message="exit status 3"),
    _talk("crashes first", "import os; os.abort()", "RE", 0.0, message="SIGABRT"),
    _talk("fails after the end", SEARCH + "\nraise SystemExit(4)", "RE", 0.0, message="exit status 4"),
    _talk("loops after the end", SEARCH + "\nwhile True: pass", "TLE", 0.0),
    _talk("loops", "while True: pass", "TLE", 0.0, message="CPU"),
    _talk("floods", "while True: print('1' * 1000)", "OLE", 0.0, limits={"output_kb": 64},
          interactor="import sys, time\ntime.sleep(0.3)\nfor line in sys.stdin: pass\nsys.exit(1)"),
    _talk("both wait", "input()", "TLE", 0.0, flags=["deadlock"]),
    _talk("waits without a flush", "import sys\nprint(37)\nsys.stdin.readline()", "TLE", 0.0, flags=["deadlock"]),
    _talk("sees only the talk", "import glob\nprint(len(glob.glob('*')), flush=True)\ninput()", "WA", 0.0,
          interactor="import sys\nsys.exit(input() == '1')\n", message="wrong answer"),
    _talk("points", "print(1, flush=True)", "WA", 0.0, points=[0.25], flags=["partial"],
          interactor="import sys\ninput(); sys.stderr.write('0.25'); sys.exit(7)"),
    _talk("a megabyte each way", "import sys\nfor _ in range(1000): print('x' * 999)\nsys.stdout.flush()\n"
          "print(len(sys.stdin.read()))", "AC", 1.0, limits={"output_kb": 2048},
          interactor="import sys\nfor _ in range(1000): print('y' * 999)\nsys.stdout.flush()\n"
          "for _ in range(1000): input()\nsys.stdout.close()\nimport os; os.close(1)\n"
          "sys.exit(input() != '1000000')"),
    _ill("interactor raises", "1 / 0", message="ZeroDivisionError"),
    # Which limit it meets first, its own or the solution's patience, is a matter of how busy the machine is.
    _ill("interactor loops", "while True: pass", message=""),
    _ill("interactor loops first", "while True: pass", code="import time; time.sleep(60)", message="CPU",
         limits={"wall_time_s": 5}),
    _ill("interactor floods", "while True: print('x' * 1000)", message="output"),
    _ill("interactor fails", "import sys; sys.exit(3)", message="exit status 3"),
    _ill("interactor never reads", "import time; time.sleep(60)", message="does not read"),
    _ill("interactor sleeps", "import time; input(); time.sleep(60)", message="let the solution wait"),
    _ill("interactor does not compile", "def", message="SyntaxError"),
]  # fmt: skip

CASES = [*CHECKER_CASES, *INTERACTIVE_CASES]
