"""What was set aside in one problem, at which stage, and why. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

_SOUND = ("voter", "spare")
_WHY_CHARS = 400


def notes_of(result: Mapping[str, Any]) -> list[dict[str, str]]:
    """Everything that was rejected on the way, in the order of the stages, and last the problem itself."""
    return [
        {"stage": stage, "name": name, "why": why[:_WHY_CHARS]}
        for stage, name, why in (*_set_aside(result), *_end(result))
    ]


def _set_aside(result: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in result.get("references", ()):
        if one["status"] not in _SOUND:
            yield "references", one["name"], _both(one["status"], one.get("why", ""))
    for one in result.get("validators", ()):
        if not one["good"]:
            yield "validators", one["name"], one["said"]
    for one in result.get("written", ()):
        if one["rounds"][-1:] != ["good"]:
            yield "written by the model", one["name"], "; ".join(one["rounds"])
    for one in result.get("generators", ()):
        if one["fate"] != "good":
            yield "generators", one["name"], _both(one["fate"], one["said"])
        elif one.get("legal", one["cases"]) < one["cases"]:
            yield (
                "inputs",
                one["name"],
                f"{one['cases'] - one['legal']} of {one['cases']} are illegal",
            )
    for one in result.get("checkers", ()):
        if not one["good"]:
            yield "checkers", one["name"], one["said"]
    for name, why in sorted(result.get("wrong_left_out", {}).items()):
        yield "wrong solutions", name, why
    for number, one in enumerate(result.get("hacking", ()), 1):
        if "ended" in one:
            yield "hacking", f"round {number}", one["ended"]
    if dropped := result.get("dropped_for_references"):
        yield "other references", "", f"{dropped} tests that a sound one fails were dropped"


def _end(result: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if not result["kept"]:
        yield result.get("stage") or "problem", "", _both(result["reason"], result["detail"])


def _both(what: str, why: str) -> str:
    return f"{what}: {why}" if why else what
