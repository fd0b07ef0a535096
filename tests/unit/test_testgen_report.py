import re
from typing import Any

import pytest
from rich.console import Console

from testgen.cli.run import ProgressBar
from testgen.reporting.figures import figures
from testgen.reporting.page import render
from testgen.reporting.terminal import show
from testgen.settings import settings_for


def wrong(name: str, label: str, split: str, rejected: bool, core: bool = False) -> dict[str, Any]:
    return {"name": name, "label": label, "split": split, "rejected": rejected, "by_core": core}


def kept(pid: str, **changes: Any) -> dict[str, Any]:
    tests = [{"tier": "core"}] * 3 + [{"tier": "audit"}] * 7
    return {
        "pid": pid, "kept": True, "reason": "", "detail": "",
        "kind": {"kind": "tokens", "comparison": "tokens"},
        "gate": {"drawn": 10, "passing": 10, "needed": 9},
        "references": [{"name": "a", "status": "voter", "passes": True},
                       {"name": "b", "status": "demoted", "passes": False}],
        "generators": [{"name": "g.py", "fate": "good", "said": "", "cases": 50, "legal": 48},
                       {"name": "h.py", "fate": "hangs", "said": "it takes too long", "cases": 0}],
        "inputs": {"made": 60, "illegal": 5}, "bounds": {"total": 4, "hit": 3},
        "votes": {"cases": 50, "valid": 48, "mean_agreement": 0.9},
        "wrong": [wrong("x", "wrong_answer", "tune", True, True), wrong("y", "wrong_answer", "held", True),
                  wrong("z", "time_limit_exceeded", "held", False)],
        "measured": {"all_s": 0.2, "core_s": 0.05}, "tests": tests, **changes,
    }  # fmt: skip


def rejected(pid: str, reason: str, **found: Any) -> dict[str, Any]:
    detail = "<script>alert(1)</script>"
    return {
        "pid": pid,
        "kept": False,
        "reason": reason,
        "detail": detail,
        "stage": "checker",
        **found,
    }


START = {
    "settings": settings_for("full", {}).model_dump(),
    "keys": {name: "k" for name in ("a", "b", "c", "d", "e<b>", "lost")},
}
FAILED = {
    **START,
    "faults": {"lost": "the sandbox failed"},
    "unreadable": ["x/problem.yaml: is no file"],
}
RESULTS = [
    kept("a"),
    kept("b", wrong=[wrong("w", "wrong_answer", "held", True, True)], gate={"drawn": 5}),
    rejected("c", "special_judge"),
    rejected("d", "too_few_valid"),
    rejected("e<b>", "references_disagree"),
]


def test_the_funnel_counts_each_problem_as_far_as_it_came():
    found = figures(START, RESULTS)
    assert {"problems": 6, "without special judge": 4, "enough valid cases": 3, "kept": 2} == found[
        "funnel"
    ]
    assert ["lost"] == found["missing"]
    assert ["b"] == found["few_references"]
    reasons = ("special_judge", "too_few_valid", "references_disagree", "not finished")
    assert dict.fromkeys(reasons, 1) == found["reasons"]
    assert ("lost", "not finished") == (
        found["problems"][-1]["pid"],
        found["problems"][-1]["reason"],
    )


def test_rates_are_by_split_and_class_and_by_problem():
    found = figures(START, RESULTS)
    held, tune = found["wrong"]["held"], found["wrong"]["tune"]
    assert (2, 3) == (held["all"]["hits"], held["all"]["total"])
    assert (1, 3) == (held["core"]["hits"], held["core"]["total"])
    assert (2, 0) == (
        held["classes"]["wrong_answer"]["hits"],
        held["classes"]["time_limit_exceeded"]["hits"],
    )
    assert (1, 2) == (held["all_rejected"]["hits"], held["all_rejected"]["total"])
    assert (0.75, ["a: z"]) == (held["macro"], held["survivors"])
    assert (1, 1) == (tune["all"]["hits"], tune["all"]["total"])
    assert (2, 4) == (found["accepted"]["all"]["hits"], found["accepted"]["all"]["total"])
    assert (2, 2) == (found["accepted"]["sound"]["hits"], found["accepted"]["sound"]["total"])
    assert (6, 8) == (found["tests"]["bounds_hit"]["hits"], found["tests"]["bounds_hit"]["total"])
    assert (20, 6) == (found["tests"]["whole"], found["tests"]["core"])


def test_the_page_stands_alone_and_text_in_it_is_text():
    page = render(figures(START, RESULTS))
    assert 3 == page.count("<svg")
    assert "<script" not in page
    assert "e&lt;b&gt;" in page
    assert not re.search(
        r'(?:src|href)="(?!#)', re.sub(r"xlink:href", "x", page).replace('href="#', "")
    )


def test_of_each_stage_it_is_said_what_was_set_aside_and_why():
    bad = {"name": "x", "good": False, "said": "blind"}
    one = rejected(
        "c",
        "special_judge",
        validators=[bad, {**bad, "good": True}],
        checkers=[bad],
        written=[
            {"name": "m.py", "rounds": ["refused", "good"]},
            {"name": "n.py", "rounds": ["empty"]},
        ],
        wrong_left_out={"w.py": "duplicate"},
        hacking=[{"settled": 1}, {"settled": 0, "ended": "4 of 10"}],
        dropped_for_references=2,
    )
    found = figures(START, [kept("a"), one])
    notes = {
        line["pid"]: [(note["stage"], note["name"], note["why"]) for note in line["notes"]]
        for line in found["problems"]
    }
    assert notes["a"] == [
        ("references", "b", "demoted"),
        ("inputs", "g.py", "2 of 50 are illegal"),
        ("generators", "h.py", "hangs: it takes too long"),
    ]
    assert notes["c"] == [
        ("validators", "x", "blind"),
        ("written by the model", "n.py", "empty"),
        ("checkers", "x", "blind"),
        ("wrong solutions", "w.py", "duplicate"),
        ("hacking", "round 2", "4 of 10"),
        ("other references", "", "2 tests that a sound one fails were dropped"),
        ("checker", "", "special_judge: <script>alert(1)</script>"),
    ]
    assert 2 == found["set_aside"]["generators"] + found["set_aside"]["checkers"]
    page = render(found)
    assert all(why in page for _, _, why in notes["c"][:-1])
    assert "<script" not in page


def test_nothing_at_all_can_be_shown():
    found = figures({**START, "keys": {}}, [])
    console = Console(record=True, width=120)
    show(found, console)
    assert "funnel" in console.export_text()
    assert "0 of 0 problems" in render(found)


def test_the_tables_show_it():
    console = Console(record=True, width=120)
    show(figures(FAILED, RESULTS), console)
    text = console.export_text()
    assert "66.7% (21%-94%) 2/3" in text
    assert "a: z" in text
    assert "lost: at problem: not finished: the sandbox failed" in text
    assert "c: at checker: special_judge: <script>" in text
    assert "could not be read: x/problem.yaml" in text


def test_the_page_shows_what_did_not_end():
    page = render(figures(FAILED, RESULTS))
    assert "not finished</span>: the sandbox failed" in page
    assert "could not be read: x/problem.yaml" in page


@pytest.mark.parametrize("name", ["[/red]", "a[/]b", "$\\frac{$", "$x_$", "[link=x]y", "\x1b[2Jx"])
def test_a_name_is_a_name_whatever_it_looks_like(name: str):
    """Once markup, a formula or an order to the terminal."""
    end = {"kind": {"kind": "checker", "comparison": f"checker {name}"}}
    some = [
        kept(name, **end, wrong=[wrong(name, "wrong_answer", "held", False)], gate={"drawn": 5})
    ]
    found = figures({**START, "keys": {name: "k"}}, some)
    console = Console(record=True, width=200)
    show(found, console)
    text = console.export_text()
    assert 5 == text.count(name.replace("\x1b", " "))
    assert "\x1b" not in text
    assert "<svg" in render(found)


def test_progress_shows_names_as_they_are(capsys: pytest.CaptureFixture[str]):
    with ProgressBar(1) as watcher:
        watcher.began("[/red]", "vote")
        watcher.ended("[/red]", {"kept": False, "reason": "fault", "detail": "\x1b[2J[/x]"})
    assert "[/red]: fault:  [2J[/x]" in capsys.readouterr().err
