"""Stages: files from one to the next, failures, limits, and what must not be changed."""

from typing import Any

from tests.service.cases.case import Case, sh

MAIN_C = '#include <stdio.h>\nint main(void) { puts("hello"); }\n'


def _staged(
    name: str, stages: list[dict[str, Any]], verdict: str = "OK", reward: float = 1.0, *,
    language: str = "python", code: str = "", request: dict[str, Any] | None = None, **fields: Any,
) -> Case:  # fmt: skip
    asked = {"language": language, "code": code, "stages": stages, **(request or {})}
    return Case(f"stages: {name}", asked, verdict, reward, **fields)


TESTS = {
    "files": {"tests/t.sh": "test -f done && echo passed\n", "conf": "1\n"},
    "protected": ["tests", "conf"],
}
LOOK = sh("look", "cat tests/t.sh conf; ls tests")
AS_IT_WAS = "test -f done && echo passed\n1\nt.sh\n"
ATTACKS = {
    "overwrites": "echo true > tests/t.sh",
    "removes": "rm -f tests/t.sh",
    "removes the directory": "rm -rf tests",
    "renames the directory": "mv tests others && mkdir tests && echo true > tests/t.sh",
    "adds a file": "echo true > tests/a.sh",
    "makes it writable": "chmod -R 777 . && echo true > tests/t.sh",
    "replaces by a link": "ln -sf /bin/true tests/t.sh",
    "changes a single file": "echo 2 > conf",
    "replaces a single file": "mv conf x; echo 2 > conf",
    "replaces by Python": "python3 -c \"import os; os.replace('x', 'conf')\"",
}

CASES = [
    _staged("prepare, build, test",
            [sh("prepare", "mkdir out"), {"name": "build", "command": ["gcc", "-o", "out/main", "main.c"]},
             {"name": "test", "command": ["out/main"]}], language="c", code=MAIN_C, stdout="hello\n",
            steps=["OK", "OK", "OK"], grade="weak"),
    _staged("the first failure stops the rest", [sh("a", "exit 3"), sh("b", "true")], "RE", 0.0, steps=["RE", "SK"],
            message="exit status 3"),
    _staged("a failure in between", [sh("a", "true"), sh("b", "false"), sh("c", "true")], "RE", 0.0,
            steps=["OK", "RE", "SK"]),
    _staged("go on if asked", [sh("a", "exit 3", continue_on_failure=True), sh("b", "true")], "RE", 0.0,
            steps=["RE", "OK"]),
    _staged("fraction", [sh("a", "exit 3", continue_on_failure=True), sh("b", "true")], "RE", 0.5,
            request={"reward": "fraction"}),
    _staged("limits of its own", [sh("a", "true"), sh("b", "while :; do :; done", limits={"cpu_time_s": 0.3})],
            "TLE", 0.0, steps=["OK", "TLE"]),
    _staged("memory of its own",
            [{"name": "a", "command": ["python3", "-c", "bytearray(200 << 20)"], "limits": {"memory_mb": 64}}],
            "MLE", 0.0),
    _staged("output of its own", [sh("a", "yes", limits={"output_kb": 16})], "OLE", 0.0),
    _staged("environment of its own", [sh("a", 'test "$A$B" = 13', env={"B": "3"}), sh("b", 'echo "$A$B"')],
            request={"env": {"A": "1"}}, stdout="1\n"),
    _staged("stdin of its own", [{"name": "a", "command": ["cat"], "stdin": "in"}], stdout="in"),
    _staged("a command that is not there", [{"name": "a", "command": ["no-such-thing"]}], "RE", 0.0,
            message="No such file"),
    _staged("the program's file", [{"name": "a", "command": ["python3", "main.py"]}], code="print(6 * 7)",
            stdout="42\n"),
    _staged("modes and links are kept",
            [sh("a", "echo 'echo ran' > x; chmod 750 x; ln -s x y; ln -s /nowhere z; mkdir -p e/f; touch .dot"),
             sh("b", "sh y; stat -c %a x; readlink z; ls -A e; test -d e/f -a -f .dot")],
            stdout="ran\n750\n/nowhere\nf\n"),
    _staged("times are kept, so that nothing is built twice",
            [sh("a", "touch -d @1000000000 old; touch -d @1000000001.5 new"), sh("b", "test new -nt old; stat -c %Y old")],
            stdout="1000000000\n"),
    _staged("processes are not carried", [sh("a", "sleep 100 &"), sh("b", "ls -d /proc/[0-9]* | wc -l")]),
    _staged("only the working directory is carried", [sh("a", "touch /tmp/left /dev/shm/left"),
                                                      sh("b", "ls /dev/shm; test ! -e /tmp/left")], stdout=""),
    _staged("a directory that nobody may enter", [sh("a", "mkdir d; touch d/x; chmod 0 d"), sh("b", "ls d")],
            stdout="x\n"),
    _staged("a pipe is left out", [sh("a", "python3 -c 'import socket; socket.socket(1).bind(\"s\")'"), sh("b", "ls")],
            stdout=""),
    _staged("more than can be carried",
            [sh("a", "for i in 1 2 3; do head -c 10M /dev/zero > $i; done", limits={"disk_mb": 64}), sh("b", "ls")],
            stdout="1\n2\n3\n"),
    *(
        _staged(f"protected: {name}", [sh("attack", f"touch x done; ({attack}) || true"), LOOK],
                stdout=AS_IT_WAS, request=TESTS)
        for name, attack in ATTACKS.items()
    ),
    _staged("protected: within the stage", [sh("a", "echo exit 0 > tests/t.sh; sh tests/t.sh")], "RE", 0.0,
            request=TESTS),
    _staged("protected: others can be written", [sh("a", "touch new; mkdir d; touch d/x"), sh("b", "rm -r new d")],
            request=TESTS),
    _staged("protected: what is not in the request is removed",
            [sh("a", "mkdir p; touch conftest.py p/conftest.py q.py"), sh("b", "find . -name '*.py'")],
            request={"protected": ["**/conftest.py"]}, stdout="./q.py\n"),
]  # fmt: skip
