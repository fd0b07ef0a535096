"""Verdicts do not depend on what goes on around; see `steadiness` for the long form."""

from concurrent.futures import ThreadPoolExecutor

from tests.service.conftest import Service
from tests.service.steadiness import run_sets


def test_a_set_of_programs_has_the_same_verdicts_beside_busy_neighbours(service: Service) -> None:
    # At 95 % what is left is less than the noise that comes from outside of some machines.
    tally = run_sets(service, sets=2, busy=4, highest_share=0.9)
    assert (tally.right, tally.sets) == (2, 2), tally.mistakes


def test_a_run_that_was_measured_again_says_so(service: Service) -> None:
    # It passes its limit, but ends by itself before it is ended.
    # Two at a time: beside another run it could have been noise.
    code = "import time\nwhile time.process_time() < 0.9: pass"
    limits = {"cpu_time_s": 0.5, "wall_time_s": 5}
    with ThreadPoolExecutor() as lanes:
        results = list(
            lanes.map(lambda _: service.run(language="python", code=code, limits=limits), range(2))
        )
    for result in results:
        assert result.run is not None
        assert result.verdict == "TLE"
    assert any("rerun" in result.run.flags for result in results if result.run is not None)
