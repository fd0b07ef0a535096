"""Examples for the interface's own page; a test sends each of them."""

from typing import Any

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
}
