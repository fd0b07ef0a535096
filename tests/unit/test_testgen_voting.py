import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest

from sandbox.checkers import CheckerSpec
from testgen.judging.kinds import cues
from testgen.judging.votes import Vote, vote
from testgen.outputs import Output
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.gate import check_gate
from testgen.pipeline.jury import plain_jury
from testgen.pipeline.voting import Election, Panel, elect, settle
from testgen.reading.folder import read_folder
from testgen.running.runner import Runner
from testgen.service import Service
from testgen.settings import settings_for
from testgen.storage.blobs import Blobs
from testgen.values import Case, Program
from tests.testgen.sample_problem import write_problem

TOKENS = CheckerSpec()
CASES = 20
RIGHT, WRONG, DEAD = b"1", b"2", None


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A problem at the vote, where nothing more is run."""
    problem = read_folder(write_problem(tmp_path / "sum"))
    settings = settings_for("full", {"least_valid": 15})
    nothing_is_run, nothing_is_kept = cast(Runner, None), cast(Blobs, None)
    made = Bench(problem, settings, Service(), nothing_is_run, nothing_is_kept)
    made.book["references"] = [{"name": f"r{n}", "status": "voter"} for n in range(10)]
    return made


def elected(
    bench: Bench, odd: Mapping[tuple[int, int], bytes | None], cases: int = CASES, known: int = 0
) -> Election:
    """The election where ten references are right but for some votes, by case and reference."""
    voters = tuple(Program(f"r{n}", "python", "") for n in range(10))
    rows = tuple(tuple(odd.get((c, r), RIGHT) for r in range(10)) for c in range(cases))

    def count(panel: Panel) -> list[Vote]:
        return [vote(row, TOKENS) for row in panel.outputs]

    some = [Case(b"%d\n" % c, "g", 1, c, "cases") for c in range(cases)]
    return settle(bench, Panel(voters, (), rows), some, count, TOKENS, known)


def kept(election: Election) -> set[int]:
    return {one.case.index for one in election.proven}


def demoted(bench: Bench) -> list[str]:
    return [one["name"] for one in bench.book["references"] if one["status"] == "demoted"]


def test_one_who_disagrees_once_is_set_aside_and_the_case_stays(bench: Bench):
    election = elected(bench, {(3, 7): WRONG})
    assert ["r7"] == demoted(bench)
    assert set(range(CASES)) == kept(election)
    assert {(9, 9)} == {(one.drawn, one.agree) for one in election.proven}


def test_two_who_make_the_same_mistake_are_outvoted(bench: Bench):
    election = elected(bench, {(3, 6): WRONG, (3, 7): WRONG})
    assert ["r6", "r7"] == sorted(demoted(bench))
    assert set(range(CASES)) == kept(election)


def test_a_case_with_three_against_seven_is_in_doubt_and_goes(bench: Bench):
    election = elected(bench, {(3, r): WRONG for r in (5, 6, 7)})
    assert [] == demoted(bench)
    assert set(range(CASES)) - {3} == kept(election)


def test_who_is_set_aside_elsewhere_has_no_vote_on_what_is_in_doubt(bench: Bench):
    doubt = {(3, r): WRONG for r in (5, 6, 7)}
    election = elected(bench, {**doubt, (4, 5): WRONG, (9, 6): WRONG})
    assert ["r5", "r6", "r7"] == sorted(demoted(bench))
    assert set(range(CASES)) == kept(election)


def test_a_case_on_which_a_sound_reference_fails_would_reject_it_and_goes(bench: Bench):
    election = elected(bench, {(3, 7): DEAD, (4, 8): DEAD})
    assert [] == demoted(bench)
    assert set(range(CASES)) - {3, 4} == kept(election)


def test_a_reference_that_often_fails_is_none(bench: Bench):
    election = elected(bench, {(c, 7): DEAD for c in range(3)})
    assert ["r7"] == demoted(bench)
    assert set(range(CASES)) == kept(election)


def test_a_few_new_cases_are_judged_with_what_was_known_before(bench: Bench):
    election = elected(bench, {(0, 7): DEAD}, cases=3, known=50)
    assert [] == demoted(bench)
    assert {1, 2} == kept(election)
    with_all = elected(bench, {(c, 7): DEAD for c in range(3)}, cases=3, known=20)
    assert ["r7"] == demoted(bench)
    assert {0, 1, 2} == kept(with_all)


def test_who_is_wrong_on_a_new_case_goes_however_much_was_known(bench: Bench):
    elected(bench, {(0, 7): WRONG}, cases=3, known=50)
    assert ["r7"] == demoted(bench)


def test_where_too_many_disagree_nobody_is_believed(bench: Bench):
    with pytest.raises(Rejected) as found:
        elected(bench, {(r, r): WRONG for r in range(4)})
    assert Reason.REFERENCES_DISAGREE == found.value.reason


def test_the_gate_wants_enough_cases_and_a_share_of_all(bench: Bench):
    check_gate(bench, elected(bench, {(c, r): WRONG for c in range(4) for r in (5, 6, 7)}))
    assert {"drawn": 10, "passing": 10, "needed": 9} == bench.book["gate"]
    with pytest.raises(Rejected, match="15 of 20 cases are settled"):
        check_gate(bench, elected(bench, {(c, r): WRONG for c in range(5) for r in (5, 6, 7)}))
    with pytest.raises(Rejected, match="14 valid cases"):
        check_gate(bench, elected(bench, {(c, r): WRONG for c in range(6) for r in (5, 6, 7)}))


def test_votes_are_counted_beside_the_loop(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """Comparing large outputs held up all other problems."""
    threads = set()

    def counting(row: Sequence[Output | None], spec: CheckerSpec) -> Vote:
        threads.add(threading.current_thread())
        return vote(row, spec)

    monkeypatch.setattr("testgen.judging.kinds.vote", counting)
    monkeypatch.setattr("testgen.pipeline.voting.vote", counting)
    monkeypatch.setattr("testgen.pipeline.jury.vote", counting)
    voters = tuple(Program(f"r{n}", "python", "") for n in range(10))
    panel = Panel(voters, (), ((RIGHT,) * 10,) * CASES)
    cases = [Case(b"%d\n" % c, "g", 1, c, "cases") for c in range(CASES)]

    async def both() -> None:
        election = await elect(bench, panel, cases, cues(""))
        await plain_jury(bench, election.spec).settle(panel, cases, 0)

    asyncio.run(both())
    assert threads
    assert threading.main_thread() not in threads
