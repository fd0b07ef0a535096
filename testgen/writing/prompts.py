"""What a model is told, and how its replies are read. Pure."""

import re
from functools import cache
from pathlib import Path

ROLES = {
    "cases": "inputs of all kinds, from the smallest to the largest that are allowed",
    "tiny": "very small inputs, as many different ones as there are",
    "bounds": "inputs in which numbers and sizes are at the bounds of the statement",
    "random": "inputs of all sizes between the smallest and the largest, drawn at random in several ways",
    "structured": "inputs with a structure that naive solutions do not expect",
    "maximal": "inputs of the largest size, against solutions that are too slow",
    "adversarial": "inputs against plausible wrong solutions: greedy ones, overflow, off by one",
}
"""A generator for each: what it is to make."""

VALIDATOR_GUIDE = """You write a Python 3 script that says whether an input of a programming problem is
legal. It reads the whole input from sys.stdin and ends with exit status 42 if it is legal to the letter
(format, blanks and line ends, counts, ranges, every promise of the statement), with 43 if not. Standard
library only.

Answer with one block of Python code, fenced by three backquotes, and nothing else."""

CHECKER_GUIDE = """You write a Python 3 checker for a programming problem that has several right answers.
It is called as `checker.py INPUT OUTPUT ANSWER` with the names of three files: the input, what a solution
printed, and the output of a solution that is most likely right. It ends with exit status 0 if the output is
right, whatever the answer looks like; with 1 if it is wrong; with 3 if the answer itself is wrong. It
checks all that the statement asks of an output (its form, its numbers, and that it is as good as the
answer), is lenient about blanks and line ends, and never crashes on an output, be it empty or garbage.
Standard library only.

Answer with one block of Python code, fenced by three backquotes, and nothing else."""

_FENCE = re.compile(r"```[A-Za-z0-9+]*[ \t]*\n(.*?)\n?```", re.DOTALL)


def generator_guide(cases: int) -> str:
    """How a generator is written, with what CYaRon really has."""
    return _guide().replace("CASES", str(cases))


def code_of(reply: str) -> str | None:
    """The largest fenced block of a reply; all of it, if it has no fence but looks like a script."""
    blocks = _FENCE.findall(reply)
    if blocks:
        return str(max(blocks, key=len)) + "\n"
    looks = re.search(r"^(?:import|from) \w+", reply, re.MULTILINE)
    return reply + "\n" if looks and "```" not in reply else None


@cache
def _guide() -> str:
    return (Path(__file__).parent / "guide.md").read_text(encoding="utf-8")
