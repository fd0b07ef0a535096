"""Between a job's tests and the pure scoring."""

from collections.abc import Mapping

from sandbox.jobs import Job, JobTest, Step
from sandbox.models import Verdict
from sandbox.scoring import Course, Score, Scored, score_all, score_groups


def is_judged(job: Job, test: JobTest) -> bool:
    """Whether there is something that says what is right."""
    return test.expected_output is not None or test.call is not None or job.interactor is not None


def scored(test: JobTest) -> Scored:
    """A test as the scoring takes it."""
    return Scored(test.id, test.points, test.group)


def course_of(job: Job) -> Course:
    """Which tests of a job need not be run, as the results come in."""
    tests = [scored(test) for test in job.tests if is_judged(job, test)]
    return Course(job.groups, tests, stop_on_first_failure=job.stop_on_first_failure)


def share_of(step: Step, test: JobTest) -> float:
    """What a judged test has gained, of 1."""
    if step.verdict is Verdict.AC:
        return 1.0
    if step.points is not None and test.points:
        return min(1.0, step.points / test.points)
    return 0.0


def scores_of(job: Job, shares: Mapping[str, float]) -> tuple[dict[str, Score], Score | None]:
    """The scores of the groups and of the whole; None if no test is judged."""
    tests = [scored(test) for test in job.tests if is_judged(job, test)]
    if not tests:
        return {}, None
    groups = score_groups(job.groups, tests, shares)
    return groups, score_all(groups, tests, shares)
