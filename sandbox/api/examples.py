"""Examples for the interface's own page; a test sends each of them."""

from typing import Any

# A tar archive with one file, calc.py, whose `add` subtracts.
ARCHIVE = (
    "H4sIAAAAAAACA0tOzEnWK6hkoCUwAAIzExMwDQTotIGBCRIbLG5uZGjMoGDAQAdQWlySWAS0kmFkgpTUNIXElBSN"
    "RB2FJE0rLgUgKEotKS3KU0hU0FVI4mIYBaNgFIyCUTAsAQAa8HN2AAgAAA=="
)

RUN_EXAMPLES: dict[str, dict[str, Any]] = {
    "python": {
        "summary": "A Python program and two tests",
        "value": {
            "language": "python",
            "code": "print(int(input()) * 2)",
            "tests": [
                {"id": "1", "stdin": "21\n", "expected_output": "42\n"},
                {"id": "2", "stdin": "1\n", "expected_output": "2\n"},
            ],
        },
    },
    "cpp": {
        "summary": "A C++ program, with a limit of its own",
        "value": {
            "language": "cpp",
            "code": "#include <iostream>\nint main() { int n; std::cin >> n; std::cout << n * 2; }\n",
            "limits": {"cpu_time_s": 2, "memory_mb": 64},
            "tests": [{"stdin": "21\n", "expected_output": "42\n"}],
        },
    },
    "run": {
        "summary": "One run without tests: its output, its exit status",
        "value": {
            "language": "python",
            "code": "import sys\nprint(sys.stdin.read())",
            "stdin": "hi",
        },
    },
    "files": {
        "summary": "Files in, files out",
        "value": {
            "language": "python",
            "code": "import helper\nopen('out.txt', 'w').write(helper.TEXT)",
            "files": {"helper.py": "TEXT = 'hello'\n"},
            "collect": ["*.txt"],
        },
    },
    "checker": {
        "summary": "A checker that is a program: any divisor is right",
        "value": {
            "language": "python",
            "code": "n = int(input())\nprint(next(d for d in range(2, n) if n % d == 0))",
            "tests": [{"stdin": "91\n", "expected_output": "13\n"}],
            "checker": {
                "type": "program",
                "language": "python",
                "code": "import sys\n"
                "n, d = (int(open(path).read()) for path in sys.argv[1:3])\n"
                "sys.exit(0 if 1 < d < n and n % d == 0 else 1)",
            },
        },
    },
    "interactor": {
        "summary": "An interactive problem: guess the number",
        "value": {
            "language": "python",
            "code": "low, high = 1, 100\n"
            "while True:\n"
            "    middle = (low + high) // 2\n"
            "    print(middle, flush=True)\n"
            "    answer = input()\n"
            "    if answer == '=': break\n"
            "    if answer == '<': high = middle - 1\n"
            "    else: low = middle + 1",
            "tests": [{"stdin": "37\n"}, {"stdin": "100\n"}],
            "interactor": {
                "language": "python",
                "code": "import sys\n"
                "number = int(open(sys.argv[1]).read())\n"
                "for _ in range(7):\n"
                "    word = input()\n"
                "    if not word.isdigit(): sys.exit(2)\n"
                "    guess = int(word)\n"
                "    print('=' if guess == number else '<' if number < guess else '>', flush=True)\n"
                "    if guess == number: sys.exit(0)\n"
                "sys.exit(1)",
            },
        },
    },
    "groups": {
        "summary": "Groups of tests, and points as the reward",
        "value": {
            "language": "python",
            "code": "print(sum(map(int, input().split())))",
            "tests": [
                {"stdin": "1 2\n", "expected_output": "3\n", "group": "small", "points": 30},
                {"stdin": "1 2 3\n", "expected_output": "6\n", "group": "large", "points": 70},
            ],
            "groups": [{"id": "small"}, {"id": "large", "depends_on": ["small"]}],
            "reward": "points",
        },
    },
    "call": {
        "summary": "A call of a function, compared outside of its process",
        "value": {
            "language": "python",
            "code": "class Solution:\n"
            "    def mean(self, values):\n"
            "        return sum(values) / len(values)",
            "tests": [
                {
                    "call": {
                        "function": "Solution.mean",
                        "args": [[1, 2, 4]],
                        "expected": 2.3333333,
                        "abs_tol": 1e-6,
                    }
                }
            ],
        },
    },
    "stages": {
        "summary": "Build, then test with a file that the program cannot change",
        "value": {
            "language": "cpp",
            "code": '#include <cstdio>\nint main() { std::puts("hello"); }\n',
            "files": {"tests/expected.txt": "hello\n"},
            "protected": ["tests"],
            "stages": [
                {"name": "build", "command": ["g++", "-o", "main", "main.cpp"]},
                {"name": "test", "command": ["sh", "-c", "./main | cmp - tests/expected.txt"]},
            ],
        },
    },
    "repository": {
        "summary": "A repository, a patch, and a test that must pass then",
        "value": {
            "language": "python",
            "code": "",
            "repository": {
                "archive": {"base64": ARCHIVE},
                "patch": "--- a/calc.py\n+++ b/calc.py\n@@ -1,2 +1,2 @@\n"
                " def add(a, b):\n-    return a - b\n+    return a + b\n",
                "overlay": {
                    "tests/check.py": "from calc import add\n"
                    "right = add(2, 3) == 5\n"
                    "print('1..1', 'ok - add' if right else 'not ok - add', sep='\\n')\n"
                    "raise SystemExit(not right)\n"
                },
                "report": {"format": "tap"},
                "must_pass": ["add"],
            },
            "protected": ["tests"],
            "stages": [
                {
                    "name": "test",
                    "command": ["python3", "tests/check.py"],
                    "env": {"PYTHONPATH": "."},
                }
            ],
        },
    },
}
