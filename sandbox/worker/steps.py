"""From an outcome to a step of the result."""

from sandbox.jobs import Step
from sandbox.models import Verdict
from sandbox.worker.host import Outcome


def observed(test_id: str | None, verdict: Verdict, outcome: Outcome) -> Step:
    """What happened, under a verdict."""
    return Step(
        id=test_id,
        verdict=verdict,
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        stdout=outcome.stdout,
        stderr=outcome.stderr,
        stdout_truncated=outcome.stdout_truncated,
        stderr_truncated=outcome.stderr_truncated,
        cpu_time_s=outcome.cpu_time_s,
        wall_time_s=outcome.wall_time_s,
        memory_bytes=outcome.memory_bytes,
    )
