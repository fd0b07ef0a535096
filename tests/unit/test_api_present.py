"""From a result to the answer: nothing is lost, also when it is no text."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from sandbox.api.present import to_result
from sandbox.jobs import Fault, JobArtifact, JobCase, JobResult, Step, failed
from sandbox.models import RunResult, StepResult, Verdict
from sandbox.reports import CaseStatus
from sandbox.scoring import Score


def presented(result: JobResult) -> RunResult:
    """The answer, as a caller reads it from the wire."""
    wire = to_result(result, 0.0000004, 1.23456789).model_dump_json()
    return RunResult.model_validate(json.loads(wire))


def step_of(stdout: bytes, stderr: bytes = b"") -> StepResult:
    step = Step(None, Verdict.OK, exit_code=0, stdout=stdout, stderr=stderr, flags=("odd",))
    found = presented(JobResult("r", Verdict.OK, 1.0, run=step)).run
    assert found is not None
    return found


NEARLY_TEXT = st.lists(
    st.sampled_from([b"a", b"\xc3\xa9", b"\xff", b"\xed\xa0\x80", b"\0", b"\xf0\x9f\x98"]),
    max_size=8,
).map(b"".join)


@given(st.binary(max_size=20) | NEARLY_TEXT, NEARLY_TEXT)
def test_every_byte_of_an_output_can_be_had_back(stdout: bytes, stderr: bytes) -> None:
    step = step_of(stdout, stderr)
    for text, encoded, data in (
        (step.stdout, step.stdout_base64, stdout),
        (step.stderr, step.stderr_base64, stderr),
    ):
        if encoded is None:
            assert text.encode() == data
        else:
            assert base64.b64decode(encoded, validate=True) == data
            assert text == data.decode("utf-8", "replace")
    not_text = step.stdout_base64 is not None or step.stderr_base64 is not None
    assert step.flags == ["odd", *(["not_utf8"] if not_text else [])]


def test_text_is_not_sent_twice() -> None:
    step = step_of("é\0\n".encode())
    assert (step.stdout, step.stdout_base64, step.flags) == ("é\0\n", None, ["odd"])


@given(st.dictionaries(st.text(max_size=5).filter(str.isprintable), st.binary(max_size=9)))
def test_artifacts_are_bytes(files: dict[str, bytes]) -> None:
    artifacts = tuple(JobArtifact(path, content) for path, content in files.items())
    found = presented(JobResult("r", Verdict.OK, 1.0, artifacts=artifacts)).artifacts
    assert {name: base64.b64decode(one.base64 or "") for name, one in found.items()} == files


def test_a_refused_artifact_says_why_and_an_empty_one_is_there() -> None:
    artifacts = (JobArtifact("link", None, "not_regular"), JobArtifact("empty", b""))
    found = presented(JobResult("r", Verdict.OK, 1.0, artifacts=artifacts)).artifacts
    assert (found["link"].base64, found["link"].refused) == (None, "not_regular")
    assert (found["empty"].base64, found["empty"].refused) == ("", None)


def test_everything_that_was_seen_is_told() -> None:
    step = Step("t", Verdict.RE, "signal 9", None, 9, b"o", b"e", True, True, 1.5, 2.5, 99, ("x",))
    result = JobResult(
        "r_1",
        Verdict.RE,
        0.0,
        passed=1,
        flags=("rerun",),
        score=Score(1.0, 2.0, False),
        groups={"g": Score(1.0, 2.0, False)},
        cases=(JobCase("c", CaseStatus.FAILED),),
        grade="strong",
        total=2,
        compile=step,
        tests=(step, step),
        prepare_s=0.1,
        compile_s=0.2,
        run_s=0.3,
        image_name="python",
        image_digest="sha256:aa",
        worker="w",
    )
    found = presented(result)
    assert found.model_dump(exclude={"compile", "tests", "timing", "image"}) == {
        "id": "r_1",
        "status": "done",
        "verdict": Verdict.RE,
        "reward": 0.0,
        "passed": 1,
        "total": 2,
        "run": None,
        "message": "",
        "flags": ["rerun"],
        "points": 1.0,
        "max_points": 2.0,
        "groups": [{"id": "g", "points": 1.0, "max_points": 2.0, "solved": False}],
        "stages": [],
        "cases": [{"id": "c", "status": "failed"}],
        "grade": "strong",
        "artifacts": {},
        "worker": "w",
        "error": None,
    }
    assert found.compile == found.tests[0] == found.tests[1]
    assert found.compile is not None
    assert found.compile.model_dump() == {
        "id": "t",
        "verdict": Verdict.RE,
        "message": "signal 9",
        "exit_code": None,
        "signal": 9,
        "stdout": "o",
        "stderr": "e",
        "stdout_base64": None,
        "stderr_base64": None,
        "stdout_truncated": True,
        "stderr_truncated": True,
        "cpu_time_s": 1.5,
        "wall_time_s": 2.5,
        "memory_bytes": 99,
        "flags": ["x"],
        "points": None,
    }
    assert found.timing is not None
    assert found.timing.model_dump() == {
        "queue_s": 0.0,
        "prepare_s": 0.1,
        "compile_s": 0.2,
        "run_s": 0.3,
        "total_s": 1.234568,
    }
    assert found.image is not None
    assert (found.image.name, found.image.digest) == ("python", "sha256:aa")


def test_a_fault_is_never_a_reward() -> None:
    for fault in (failed("r", "a", "b"), failed("r", "a", "b", retryable=False)):
        found = presented(fault)
        assert (found.status, found.verdict, found.reward) == ("failed", Verdict.IE, None)
        assert found.error is not None
        assert isinstance(fault.fault, Fault)
        assert found.error.retryable == fault.fault.retryable
