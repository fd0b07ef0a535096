"""The table of attacks itself: names are names, and SPEC.md has its figures from here."""

from pathlib import Path

from tests.attacks.cases.requests import REQUESTS, WEAKER
from tests.attacks.controls import CONTROLS
from tests.attacks.table import ATTACKS, SUBJECTS

SPEC = (Path(__file__).parents[2] / "SPEC.md").read_text(encoding="utf-8")


def test_no_two_attacks_have_one_name():
    names = [attack.name for attack in ATTACKS] + [attack.name for attack in REQUESTS]
    assert len(names) == len(set(names))


def test_the_specification_has_the_figures_of_the_table():
    assert f"{len(ATTACKS)} programs, {len(REQUESTS)} requests" in SPEC
    assert f"{len(CONTROLS)} in slots, {len(WEAKER)} in the interface" in SPEC
    assert f"{len(SUBJECTS['forgery'])} forgeries" in SPEC


def test_protections_have_names_that_attacks_know():
    assert {attack.control for attack in ATTACKS} - {None} <= CONTROLS.keys()
    assert {attack.control for attack in REQUESTS} - {None} <= WEAKER.keys()
