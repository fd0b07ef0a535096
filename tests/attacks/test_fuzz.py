"""Anything at all: requests, files, limits, outputs and system calls that nobody thought of.

Short by default; `make fuzz` looks for longer, by the factor ``SANDBOX_FUZZ``, and always at other things.
"""

import hashlib
import json
import os
import random
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, SerializationContext
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from sandbox.jobs import JobResult
from sandbox.models import Verdict
from tests.attacks.attack import Attack
from tests.attacks.cases.programs import program
from tests.attacks.scene import HONEST_PYTHON, Scene, assert_accepted
from tests.service.conftest import Service

LONGER = float(os.environ.get("SANDBOX_FUZZ", "1"))


def fuzz(examples: int) -> settings:
    """How a test of this file looks for what is wrong; without shrinking it stays short."""
    return settings(
        max_examples=int(examples * LONGER),
        deadline=None,
        derandomize=LONGER == 1,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


# --- the interface ----------------------------------------------------------------------------------


@schemathesis.serializer("application/x-tar")
def serialize_bytes(_: SerializationContext, value: Any) -> bytes:
    """An archive, or what is none."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@schemathesis.serializer("application/x-ndjson")
def serialize_lines(_: SerializationContext, value: Any) -> bytes:
    """A batch: one request a line."""
    lines = value if isinstance(value, list) else [value]
    return b"\n".join(
        line.encode(errors="replace") if isinstance(line, str) else json.dumps(line).encode()
        for line in lines
    )


CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.mark.timeout(3600)
def test_whatever_the_document_allows_is_answered_as_it_says(service: Service) -> None:
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    answers = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        modes = [GenerationMode.POSITIVE]
        # Only there can something be wrong; an archive is any bytes, as far as the document goes.
        bodies = [body for body in operation.body if body.media_type != "application/x-tar"]
        if bodies or operation.path_parameters:
            modes.append(GenerationMode.NEGATIVE)
        for mode in modes:

            @fuzz(20)
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case) -> None:
                nonlocal answers
                answer = case.call(timeout=60)
                case.validate_response(answer, checks=CHECKS)
                answers += 1

            ask()
    assert answers > 100
    assert service.http.get("/readyz").status_code == 200
    good = service.run(language="python", code="print(42)", tests=[{"expected_output": "42"}])
    assert (Verdict.AC, 1.0) == (good.verdict, good.reward)


# --- files, limits, outputs -------------------------------------------------------------------------


def judge(scene: Scene, request: dict[str, Any]) -> JobResult:
    """Judges a request, and then an honest one in the same slot."""

    async def both() -> JobResult:
        async with scene.lease("python") as slot:
            result = await scene.judge(slot, request)
            assert_accepted(await scene.judge(slot, HONEST_PYTHON), "the next program in the slot")
            return result

    return scene.lab.runner.wait(both())


COPY = "import sys; sys.stdout.buffer.write(open('data', 'rb').read())"
KIB = 1024


@fuzz(60)
@given(
    data=st.binary(max_size=200)
    | st.builds(lambda unit, times: unit * times, st.binary(min_size=1, max_size=9), st.integers(1, 9000))
    | st.sampled_from([16 * KIB - 1, 16 * KIB, 16 * KIB + 1]).map(lambda size: b"x" * size)
)  # fmt: skip
def test_any_output_is_kept_byte_for_byte_up_to_its_limit(scene: Scene, data: bytes):
    import base64

    content = {"base64": base64.b64encode(data).decode()}
    result = judge(
        scene,
        {
            "language": "python",
            "code": COPY,
            "files": {"data": content},
            "tests": [{"expected_output": content}],
            "checker": {"type": "exact"},
            "limits": {"output_kb": 16},
        },
    )
    (test,) = result.tests
    assert data[: 16 * KIB] == test.stdout
    assert (Verdict.OLE if len(data) > 16 * KIB else Verdict.AC) is result.verdict


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=12
).filter(lambda name: name not in (".", "..", "main.py") and len(name.encode()) < 200)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
FILES = st.dictionaries(PATHS, TEXTS, max_size=6)

LIST = """
import hashlib, os, sys
for root, _, names in os.walk(b"."):
    for name in names:
        path = os.path.join(root, name)
        if path != b"./main.py":
            data = open(path, "rb").read()
            os.write(1, path[2:].hex().encode() + b" " + hashlib.sha256(data).hexdigest().encode() + b"\\n")
"""


def without_clashes(files: dict[str, str]) -> dict[str, str]:
    """Leaves out what would be both a file and a directory."""
    return {
        path: content
        for path, content in files.items()
        if not any(other.startswith(f"{path}/") for other in files)
    }


@fuzz(60)
@given(files=FILES.map(without_clashes))
def test_any_files_that_are_accepted_are_there_and_no_others(scene: Scene, files: dict[str, str]):
    try:
        result = judge(scene, {"language": "python", "code": LIST, "files": files})
    except ValueError:
        return  # refused; what is refused is the subject of other tests
    assert result.run is not None
    found = dict(line.split() for line in result.run.stdout.decode().splitlines())
    expected = {
        path.encode().hex(): hashlib.sha256(content.encode()).hexdigest()
        for path, content in files.items()
    }
    assert expected == found


LIMITS = st.fixed_dictionaries(
    {"wall_time_s": st.floats(0.001, 3)},
    optional={
        "cpu_time_s": st.floats(0.001, 3),
        "memory_mb": st.integers(4, 512),
        "pids": st.integers(1, 512),
        "disk_mb": st.integers(1, 64),
        "output_kb": st.integers(1, 1024),
        "open_files": st.integers(16, 4096),
    },
)
GREEDY = """
import os, subprocess, threading
data = bytearray(8 << 20)
subprocess.run(["true"])
threading.Thread(target=print, args=("x" * 5000,)).start()
open("/tmp/x", "wb").write(data)
"""


@fuzz(60)
@given(limits=LIMITS, greedy=st.booleans())
def test_any_limits_give_a_verdict_and_never_a_fault_of_ours(
    scene: Scene, limits: dict[str, Any], greedy: bool
):
    code = GREEDY if greedy else "pass"
    result = judge(scene, {"language": "python", "code": code, "limits": limits})
    assert result.verdict is not Verdict.IE, (limits, result.fault)
    assert result.reward is not None


# --- system calls -----------------------------------------------------------------------------------


@pytest.mark.timeout(3600)
def test_random_system_calls_break_nothing(scene: Scene):
    # In the log of the kernel, too, which the fixtures of this folder watch.
    seeds = random.Random(0 if LONGER == 1 else None)
    for _ in range(int(3 * LONGER)):
        seed = seeds.randrange(1 << 32)
        attack = Attack(
            f"random system calls {seed}",
            program("random_calls.c"),
            ("TLE", "OLE", "MLE", "RE"),
            language="c",
            fields={
                "args": [str(seed)],
                "limits": {"cpu_time_s": 1, "wall_time_s": 2, "memory_mb": 128},
            },
            leaves_names=True,
        )
        seen = scene.lab.runner.wait(scene.carry_out(attack))
        assert seen.split()[0] in attack.expected, (seed, seen)
