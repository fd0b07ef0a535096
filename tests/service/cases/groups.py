"""Groups, points, dependencies and the shapes of a reward."""

from typing import Any

from tests.service.cases.case import Case

# Right for inputs below 10 only.
CODE = "n = int(input())\nprint(n * 2 if n < 10 else 0)"
RAISES = "n = int(input())\nprint(n * 2 if n < 10 else 1 / 0)"


def _test(number: int, group: str | None = None, points: float = 1) -> dict[str, Any]:
    return {
        "stdin": str(number),
        "expected_output": str(number * 2),
        "group": group,
        "points": points,
    }


def _grouped(
    name: str, groups: list[dict[str, Any]], tests: list[dict[str, Any]], reward: float, shape: str = "points",
    verdict: str = "WA", code: str = CODE, **fields: Any,
) -> Case:  # fmt: skip
    request = {
        "language": "python",
        "code": code,
        "tests": tests,
        "groups": groups,
        "reward": shape,
    }
    asked = {**request, **fields.pop("request", {})}
    return Case(f"groups: {name}", asked, verdict, reward, **fields)


A, B = [_test(1, "a", 10), _test(2, "a", 30)], [_test(3, "b", 20), _test(11, "b", 40)]
LATE = [_test(11, "a", 10), _test(2, "a", 30)]

CASES = [
    _grouped("all whole", [{"id": "a"}], A, 1.0, verdict="AC", steps=["AC", "AC"], points=[40]),
    _grouped("all_of: all or nothing", [{"id": "a"}, {"id": "b"}], A + B, 0.4, points=[40, 0]),
    _grouped("all_of stops early", [{"id": "a"}], LATE, 0.0, steps=["WA", "SK"], points=[0]),
    _grouped("all_of goes on if asked", [{"id": "a", "stop_on_first_failure": False}], LATE, 0.0,
             steps=["WA", "AC"]),
    _grouped("sum", [{"id": "a", "score": "sum"}], LATE, 0.75, steps=["WA", "AC"], points=[30]),
    _grouped("sum stops if asked", [{"id": "a", "score": "sum", "stop_on_first_failure": True}], LATE, 0.0,
             steps=["WA", "SK"]),
    _grouped("sum with points of its own", [{"id": "a", "score": "sum", "points": 100}], LATE, 0.75, points=[75]),
    _grouped("min", [{"id": "a", "score": "min"}], LATE, 0.0, steps=["WA", "SK"], points=[0]),
    _grouped("min of partial scores", [{"id": "a", "score": "min"}], A, 0.05, points=[2],
             request={"checker": {"type": "program", "language": "python",
                                  "code": "import sys\nn = open(sys.argv[1]).read()\n"
                                  "sys.stderr.write('5' if n == '1' else '1.5'); sys.exit(7)"}}),
    _grouped("a dependency holds", [{"id": "a"}, {"id": "b", "depends_on": ["a"], "score": "sum"}], A + B, 0.6,
             steps=["AC", "AC", "AC", "WA"], points=[40, 20]),
    _grouped("a dependency fails", [{"id": "a"}, {"id": "b", "depends_on": ["a"]}],
             [*LATE, _test(3, "b")], 0.0, steps=["WA", "SK", "SK"], points=[0, 0]),
    _grouped("samples without points are a condition",
             [{"id": "s", "points": 0}, {"id": "a", "depends_on": ["s"]}], [_test(12, "s"), *A], 0.0,
             steps=["WA", "SK", "SK"]),
    _grouped("a failure ends its group only", [{"id": "a"}, {"id": "b", "score": "sum"}],
             [*LATE, _test(3, "b", 60)], 0.6, steps=["WA", "SK", "AC"], points=[0, 60]),
    _grouped("a test of no group", [{"id": "a"}], [*A, _test(11, None, 60)], 0.4, points=[40]),
    _grouped("a crash is a failure", [{"id": "a"}, {"id": "b"}], A + B, 0.4, verdict="RE", code=RAISES),
    _grouped("stop everything", [{"id": "a", "score": "sum"}, {"id": "b"}], LATE + B, 0.0,
             steps=["WA", "SK", "SK", "SK"], request={"stop_on_first_failure": True}),
    _grouped("reward all", [{"id": "a"}, {"id": "b"}], A + B, 0.0, "all"),
    _grouped("reward fraction", [{"id": "a"}, {"id": "b"}], A + B, 0.75, "fraction"),
    _grouped("fraction without groups", [], [_test(1), _test(2), _test(11), _test(12)], 0.5, "fraction"),
    _grouped("points without groups", [], [_test(1, None, 3), _test(11, None, 1)], 0.75, points=[3, 0]),
    _grouped("fraction of what does not compile", [], [_test(1)], 0.0, "fraction", "CE", "int main() {",
             request={"language": "c"}),
    _grouped("points of what does not compile", [], [_test(1)], 0.0, "points", "CE", "int main() {",
             request={"language": "cpp"}),
]  # fmt: skip
