"""A problem made up for tests, as a folder: the sum of a list, with solutions of every kind."""

from collections.abc import Mapping
from pathlib import Path

RIGHT = {
    "builtin.py": "input()\nprint(sum(map(int, input().split())))\n",
    "loop.py": "n = int(input())\ntotal = 0\nfor word in input().split():\n    total += int(word)\nprint(total)\n",
    "fold.py": "import functools, operator\ninput()\n"
    "print(functools.reduce(operator.add, map(int, input().split()), 0))\n",
    "read.py": "import sys\nwords = sys.stdin.read().split()\nprint(sum(int(w) for w in words[1:]))\n",
    "halves.py": "input()\na = [int(x) for x in input().split()]\nm = len(a) // 2\nprint(sum(a[:m]) + sum(a[m:]))\n",
    "backwards.py": "input()\nt = 0\na = list(map(int, input().split()))\nwhile a:\n    t += a.pop()\nprint(t)\n",
    "plain.cpp": "#include <iostream>\nint main() { long long n, x, t = 0; std::cin >> n;\n"
    "while (n--) { std::cin >> x; t += x; } std::cout << t << '\\n'; }\n",
    "vector.cpp": "#include <bits/stdc++.h>\nint main() { int n; std::cin >> n; std::vector<long long> a(n);\n"
    "for (auto &x : a) std::cin >> x; std::cout << std::accumulate(a.begin(), a.end(), 0LL) << std::endl; }\n",
    "scanf.cpp": '#include <cstdio>\nint main() { int n; long long x, t = 0; scanf("%d", &n);\n'
    'for (int i = 0; i < n; i++) { scanf("%lld", &x); t += x; } printf("%lld\\n", t); }\n',
    "recursive.cpp": "#include <iostream>\nlong long rest(int n) { long long x; if (!n) return 0;\n"
    "std::cin >> x; return x + rest(n - 1); }\nint main() { int n; std::cin >> n; std::cout << rest(n); }\n",
}
WRONG = {
    "wrong_answer/positive.py": "input()\nprint(sum(x for x in map(int, input().split()) if x > 0))\n",
    "wrong_answer/first.py": "input()\nprint(int(input().split()[0]))\n",
    "wrong_answer/narrow.cpp": "#include <iostream>\nint main() { int n, x, t = 0; std::cin >> n;\n"
    "while (n--) { std::cin >> x; t = int(unsigned(t) + unsigned(x)); } std::cout << t; }\n",
    "wrong_answer/distinct.py": "input()\nprint(sum(set(map(int, input().split()))))\n",
    "run_time_error/two.py": "input()\na = input().split()\nprint(sum(map(int, a)) + 0 * int(a[1]))\n",
    "time_limit_exceeded/slow.py": "n = int(input())\na = list(map(int, input().split()))\nt = 0\n"
    "for i in range(n):\n    t = sum(a[: i + 1])\n    for _ in range(100 * n): pass\nprint(t)\n",
}
CASES = """from cyaron import *
for i in range(1, 51):
    io = IO(file_prefix="case", data_id=i, disable_output=True)
    n = 1 if i <= 5 else randint(2, 10 if i <= 30 else 2000)
    small = 3 if i <= 20 else 10 ** 9
    io.input_writeln(n)
    io.input_writeln([randint(-small, small) for _ in range(n)])
"""
MAXIMAL = """from cyaron import *
for i in range(1, 4):
    io = IO(file_prefix="case", data_id=i, disable_output=True)
    io.input_writeln(2000)
    io.input_writeln([randint(-(10 ** 9), 10 ** 9) for _ in range(2000)])
"""
VALIDATOR = r"""import re, sys
text = sys.stdin.read()
number = r"(0|-?[1-9][0-9]*)"
if not re.fullmatch(rf"[1-9][0-9]*\n{number}( {number})*\n", text):
    sys.exit(43)
lines = text.split("\n")
values = lines[1].split()
ok = int(lines[0]) == len(values) <= 2000 and all(abs(int(v)) <= 10 ** 9 for v in values)
sys.exit(42 if ok else 43)
"""
STATEMENT = "Print the sum of n integers (1 <= n <= 2000), each between -10^9 and 10^9.\n"

# Changes that make another problem of it, with several right answers.
DIVISOR: dict[str, str | None] = {
    "problem_statement/problem.en.md": "Given n (2 <= n <= 10^4), print a divisor of n that is greater than 1.",
    "data/sample/1.in": "6\n",
    "data/sample/1.ans": "2\n",
    "data/sample/2.in": "7\n",
    "data/sample/2.ans": "7\n",
    "generators/cases.py": "from cyaron import *\nfor i in range(1, 41):\n"
    "    io = IO(file_prefix='d', data_id=i, disable_output=True)\n    io.input_writeln(randint(2, 10 ** 4))\n",
    "input_validators/validate.py": "import re, sys\ntext = sys.stdin.read()\n"
    "ok = re.fullmatch(r'[1-9][0-9]{0,4}\\n', text) and 2 <= int(text) <= 10 ** 4\nsys.exit(42 if ok else 43)\n",
    "checker.py": "import sys\nn = int(open(sys.argv[1]).read())\nwords = open(sys.argv[2]).read().split()\n"
    "if len(words) != 1 or not words[0].isdigit(): sys.exit(1)\n"
    "d = int(words[0])\nsys.exit(0 if d > 1 and n % d == 0 else 1)\n",
    **{f"submissions/{name}": None for name in WRONG},
    **{f"submissions/accepted/{name}": None for name in RIGHT},
    "submissions/accepted/same.py": "print(int(input()))\n",
    "submissions/accepted/least.py": "n = int(input())\nprint(next(d for d in range(2, n + 1) if n % d == 0))\n",
    "submissions/accepted/largest.py": "n = int(input())\n"
    "print(next((n // d for d in range(2, n) if n % d == 0), n))\n",
    "submissions/accepted/middle.py": "n = int(input())\nd = [d for d in range(2, n + 1) if n % d == 0]\n"
    "print(d[len(d) // 2])\n",
    "submissions/wrong_answer/even.py": "n = int(input())\nprint(2 if n % 2 == 0 else 3)\n",
    "submissions/wrong_answer/half.py": "n = int(input())\nprint(n // 2 or 2)\n",
}  # fmt: skip


def write_problem(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Write the problem; ``changes`` are texts by path, None takes a file away."""
    files: dict[str, str | None] = {
        "problem.yaml": "name: sum\nlimits: {time_limit: 1.0, memory: 256}\n",
        "problem_statement/problem.en.md": STATEMENT,
        "data/sample/1.in": "3\n1 2 -5\n",
        "data/sample/1.ans": "-2\n",
        "generators/cases.py": CASES,
        "input_validators/validate.py": VALIDATOR,
        **{f"submissions/accepted/{name}": code for name, code in RIGHT.items()},
        **{f"submissions/{name}": code for name, code in WRONG.items()},
        **(changes or {}),
    }
    for name, text in files.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return folder
