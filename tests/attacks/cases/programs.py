"""The longer programs, which lie in a folder of their own."""

from pathlib import Path

PROGRAMS = Path(__file__).parents[1] / "programs"


def program(name: str) -> str:
    """The source of a program."""
    return (PROGRAMS / name).read_text(encoding="utf-8")
