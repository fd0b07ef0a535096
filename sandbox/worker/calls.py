"""Calls of functions: the driver that goes beside the program, and what its answer is worth.

Theory of operation. The program's own file becomes a module that a driver of ours loads; the driver gets
the arguments on stdin, calls the function, and writes the returned value as JSON. Each call is a run of its
own. The expected value never enters the container: program and driver share an address space, so the
program could read whatever the driver has. For the same reason nothing that the driver says is believed,
but for the one value; and a value is right or wrong wherever it came from.

The stdout of a right run is exactly one line: a nonce, that the driver read from stdin, and the JSON. What
the program prints goes to stderr. Python's and C++'s drivers see to that themselves; Node cannot duplicate
a descriptor, so a shell gives its driver another one to write to.
"""

import dataclasses
import importlib.resources
import secrets
from functools import cache

from sandbox.job_files import CPP_DRIVER, CPP_HEADER, JAVASCRIPT_MODULE, PYTHON_MODULE
from sandbox.jobs import Job, JobCall, JobFile, JobTest, Step
from sandbox.models import Verdict
from sandbox.values import NotAValue, difference, parse_value
from sandbox.worker.host import Entry

_NONCE_BYTES = 16


def with_driver(job: Job, entry: Entry) -> tuple[Job, Entry]:
    """The job with the driver as its program, and how that is run; as they are without calls."""
    calls = [test.call for test in job.tests if test.call is not None]
    if not calls:
        return job, entry
    if job.language == "python":
        code = _driver("call.py.txt")
        files = [JobFile(PYTHON_MODULE, job.code)]
    elif job.language == "javascript":
        code = _driver("call.js.txt")
        files = [JobFile(JAVASCRIPT_MODULE, job.code)]
        entry = _with_answers_apart(entry)
    else:
        code = _cpp_main(calls)
        files = [JobFile(CPP_HEADER, job.code), JobFile(CPP_DRIVER, _driver("call.hpp"))]
    job = dataclasses.replace(
        job,
        code=code,
        files=(*files, *job.files),
        tests=tuple(_with_input(test, job.language) for test in job.tests),
    )
    return job, entry


def _with_answers_apart(entry: Entry) -> Entry:
    run = ("sh", "-c", 'exec "$@" 3>&1 >&2', "sh", *entry.language.run)
    return entry._replace(language=dataclasses.replace(entry.language, run=run))


@cache
def _driver(name: str) -> bytes:
    return (importlib.resources.files("sandbox.worker.drivers") / name).read_bytes()


def _cpp_main(calls: list[JobCall]) -> bytes:
    names = sorted({call.function for call in calls})
    # The names have been checked: they are identifiers, or two with a dot.
    functions = ", ".join(
        f'{{"{name}", sandbox_call::bind(&{name.replace(".", "::")})}}' for name in names
    )
    return f"""#include <bits/stdc++.h>
#include "{CPP_DRIVER}"
using namespace std;
#include "{CPP_HEADER}"
int main() {{ return sandbox_call::run({{{functions}}}); }}
""".encode()


def _with_input(test: JobTest, language: str) -> JobTest:
    call = test.call
    if call is None:
        return test
    nonce = secrets.token_hex(_NONCE_BYTES).encode()
    name = call.function.encode()
    if language in ("python", "javascript"):
        request = b'{"function":"%s","args":%s}' % (name, call.args)
    else:
        request = name + b"\n" + call.args
    return dataclasses.replace(test, stdin=nonce + b"\n" + request)


def check_call(step: Step, test: JobTest) -> Step:
    """Judges a call that ended normally. The answer shown is the value alone."""
    assert test.call is not None
    nonce = test.stdin.partition(b"\n")[0]
    first, _, rest = step.stdout.partition(b"\n")
    mark, _, answer = first.partition(b" ")
    if mark != nonce or rest:
        message = "the function did not return" if not step.stdout else "not one returned value"
        # Without an answer the exit status says nothing: the program may have left by itself.
        return dataclasses.replace(step, verdict=Verdict.WA, message=message, flags=_odd(step))
    step = dataclasses.replace(step, stdout=answer)
    try:
        found = parse_value(answer)
    except NotAValue as error:
        return dataclasses.replace(
            step, verdict=Verdict.WA, message=f"not a value that can be compared: {error}"
        )
    message = difference(parse_value(test.call.expected), found, test.call.tolerance)
    return dataclasses.replace(step, verdict=Verdict.WA if message else Verdict.AC, message=message)


def _odd(step: Step) -> tuple[str, ...]:
    return (*step.flags, "no_result" if not step.stdout else "forged_result")
