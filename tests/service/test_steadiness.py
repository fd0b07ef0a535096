"""A verdict that noise could have decided is measured again.

Whether verdicts are the same beside busy neighbours is measured by `make steady`, not here: on a
machine that shares its cores with strangers, noise can be larger than any grace.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.service.conftest import Service


def test_without_grace_a_run_is_ended_at_its_limit(service: Service) -> None:
    limits = {"cpu_time_s": 1}
    result = service.run(language="python", code="while True: pass", limits=limits)
    assert result.run is not None
    assert (result.verdict, result.run.signal, result.run.flags) == ("TLE", 9, [])
    assert 1 <= result.run.cpu_time_s < 2


def test_a_run_that_was_measured_again_says_so(start_service: Callable[..., Service]) -> None:
    service = start_service(cpu_grace=1)
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
