"""The gate: a problem needs enough cases, and references that pass them."""

from testgen.judging.votes import needed
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.voting import Election


def check_gate(bench: Bench, election: Election) -> None:
    """The report's two conditions; where more cases are made than the report's 50, a share of them.

    Raises:
        Rejected: too few cases are valid, or too few references pass all of them.
    """
    settings = bench.settings
    if len(election.proven) < settings.least_valid:
        detail = f"{len(election.proven)} valid cases, {settings.least_valid} are needed"
        raise Rejected(Reason.TOO_FEW_VALID, detail)
    votes = bench.book["votes"]
    if votes["settled"] < settings.least_valid_share * votes["cases"]:
        detail = f"{votes['settled']} of {votes['cases']} cases are settled, "
        raise Rejected(Reason.TOO_FEW_VALID, f"{detail}{settings.least_valid_share:.0%} are needed")
    names = [one.name for one in election.panel.voters]
    failing = sorted(set(names) - frozenset(names).intersection(*election.passed))
    drawn = len(names)
    wanted = needed(settings.pass_share, drawn)
    bench.book["gate"] = {"drawn": drawn, "passing": drawn - len(failing), "needed": wanted}
    if drawn - len(failing) < wanted:
        detail = f"{drawn - len(failing)} of {drawn} references pass all cases, {wanted} are needed"
        raise Rejected(Reason.REFERENCES_DISAGREE, f"{detail}; not: {', '.join(failing)}")
