"""The table of judged cases: each has its verdict, alone and beside fifteen others."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.service.cases import calls, groups, helpers, repositories, stages, verdicts
from tests.service.cases.case import Case
from tests.service.conftest import Service

MODULES = (verdicts, helpers, groups, calls, stages, repositories)
CASES: list[Case] = [case for module in MODULES for case in module.CASES]


def test_there_are_enough_cases_and_each_has_a_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 120


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_is_judged_right(service: Service, case: Case) -> None:
    case.check(service.run(**case.request))


@pytest.mark.timeout(400)  # it is the whole table once more
def test_all_cases_are_judged_right_sixteen_at_a_time(service: Service) -> None:
    with ThreadPoolExecutor(16) as callers:
        results = list(callers.map(lambda case: service.run(**case.request), CASES))
    for case, result in zip(CASES, results, strict=True):
        case.check(result)
