"""Carries all attacks out and prints a list: ``make attacks``. Names on the command line choose some.

For each one: what must come of it, what did, and whether it comes to something without the protection that
is named. The exit status is 1 unless all is as expected.
"""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.attacks import kernel_log
from tests.attacks.attack import Attack, as_tuple
from tests.attacks.cases.requests import REQUESTS, WEAKER, RequestAttack
from tests.attacks.controls import CONTROLS
from tests.attacks.interface import send_to
from tests.attacks.scene import Scene
from tests.attacks.table import SUBJECTS
from tests.privileged.lab import Lab

_WITHIN_S = 60.0
_WIDTHS = {"subject": 12, "case": 58, "expected": 26, "seen": 26, "without it": 44}


@dataclass(frozen=True)
class Line:
    """One line of the list."""

    subject: str
    name: str
    expected: str
    seen: str
    control: str
    right: bool


def _of_program(scene: Scene, subject: str, attack: Attack) -> Line:
    seen = _wait(scene, attack)
    right, control = attack.is_as_expected(seen), ""
    if attack.control is not None:
        without = scene.lab.runner.wait(
            scene.carry_out_without(CONTROLS[attack.control], attack), _WITHIN_S
        )
        succeeds = without.startswith(as_tuple(attack.without))
        right = right and succeeds
        control = f"{attack.control}: {'succeeds' if succeeds else 'FAILS'}, {without}"
    return Line(subject, attack.name, " or ".join(as_tuple(attack.expected)), seen, control, right)


def _wait(scene: Scene, attack: Attack) -> str:
    try:
        return scene.lab.runner.wait(scene.carry_out(attack), _WITHIN_S)
    except (AssertionError, TimeoutError) as error:
        return f"NOT CLEAN: {error}"


def _of_request(attack: RequestAttack) -> Line:
    seen, control = asyncio.run(send_to(attack)), ""
    right = seen == attack.expected
    if attack.control is not None:
        without = asyncio.run(send_to(attack, WEAKER[attack.control]))
        right = right and without == attack.without
        control = (
            f"{attack.control}: {'succeeds' if without == attack.without else 'FAILS'}, {without}"
        )
    return Line("interface", attack.name, attack.expected, seen, control, right)


def _lines(words: Sequence[str]) -> Iterator[Line]:
    def chosen(subject: str, name: str) -> bool:
        return not words or any(word in f"{subject} {name}" for word in words)

    lab = Lab()  # first of all: it needs a process without threads
    try:
        with tempfile.TemporaryDirectory(prefix="sandbox-attacks-") as directory:
            scene = Scene(lab, Path(directory))
            for subject, attacks in SUBJECTS.items():
                for attack in attacks:
                    if chosen(subject, attack.name):
                        yield _of_program(scene, subject, attack)
    finally:
        lab.close()
    for request in REQUESTS:
        if chosen("interface", request.name):
            yield _of_request(request)


def main(words: Sequence[str]) -> int:
    """Prints the list; returns the exit status."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # of connections that we end ourselves
    console = Console(width=sum(_WIDTHS.values()) + 3 * len(_WIDTHS) + 1, highlight=False)
    before = kernel_log.complaints()
    lines = []
    table = Table(*_WIDTHS, title=None, show_lines=False)
    for column, width in zip(table.columns, _WIDTHS.values(), strict=True):
        column.width, column.overflow = width, "fold"
    for line in _lines(words):
        lines.append(line)
        mark = "" if line.right else "NOT AS EXPECTED: "
        table.add_row(line.subject, mark + line.name, line.expected, line.seen, line.control)
    console.print(table, markup=False)
    complaints = [text for text in kernel_log.complaints() if text not in before]
    wrong = [line.name for line in lines if not line.right]
    controls = {line.control.partition(":")[0] for line in lines if line.control}
    console.print(
        f"{len(lines)} attacks, {len(lines) - len(wrong)} as expected; {len(controls)} protections taken"
        f" away one at a time, each noticed; the kernel has {len(complaints)} complaints",
        markup=False,
    )
    for text in [*wrong, *complaints]:
        console.print(f"  {text}", markup=False)
    return 1 if wrong or complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
