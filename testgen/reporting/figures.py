"""The figures of a run, from the results of its problems. Pure."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from testgen.reporting.intervals import Share
from testgen.reporting.notes import notes_of

Result = Mapping[str, Any]

SEED_FUNNEL = {
    "problems": 1000,
    "without special judge": 614,
    "enough valid cases": 463,
    "kept": 323,
}
"""The report whose pipeline the preset ``kimi`` is: Kimi k1.5, section 2.3.5."""

NOT_FINISHED, UNREADABLE = "not finished", "unreadable"
_BEFORE_JUDGE = frozenset({"interactive", "special_judge"})
_BEFORE_VALID = _BEFORE_JUDGE | {
    "no_references",
    "no_validator",
    "generator_failed",
    "too_few_valid",
    "fault",
}


def figures(start: Mapping[str, Any], results: Sequence[Result]) -> dict[str, Any]:
    """Everything that is shown, as JSON. Problems that did not end, or were not read, count too."""
    ended = {one["pid"] for one in results}
    missing = [_missing(start, pid) for pid in sorted(set(start["keys"]) - ended)]
    unreadable = list(start.get("unreadable", ()))
    reasons = Counter(one["reason"] for one in results if not one["kept"])
    reasons.update({NOT_FINISHED: len(missing), UNREADABLE: len(unreadable)})
    kept = [one for one in results if one["kept"]]
    return {
        "preset": start["settings"]["preset"],
        "missing": [one["pid"] for one in missing],
        "unreadable": unreadable,
        "funnel": _funnel(results, len(results) + len(missing) + len(unreadable)),
        "seed_funnel": SEED_FUNNEL,
        "reasons": dict((+reasons).most_common()),
        "kinds": dict(Counter(one["kind"]["comparison"] for one in kept).most_common()),
        "set_aside": dict(_set_aside(results).most_common()),
        "generators": dict(_generators(results).most_common()),
        "inputs": _sums(results, "inputs"),
        "votes": _votes(results),
        "references": dict(_statuses(results).most_common()),
        "few_references": sorted(
            one["pid"] for one in kept if one["gate"]["drawn"] < start["settings"]["draw"]
        ),
        "accepted": _accepted(kept),
        "wrong": {split: _wrong(kept, split) for split in ("tune", "held")},
        "tests": _tests(kept),
        "model": _sums(results, "model"),
        "problems": [_line(one) for one in (*results, *missing)],
    }


def _missing(start: Mapping[str, Any], pid: str) -> Result:
    detail = start.get("faults", {}).get(pid, "") or "the run was interrupted"
    return {"pid": pid, "kept": False, "reason": NOT_FINISHED, "detail": detail}


def _funnel(results: Sequence[Result], problems: int) -> dict[str, int]:
    return {
        "problems": problems,
        "without special judge": sum(one["reason"] not in _BEFORE_JUDGE for one in results),
        "enough valid cases": sum(one["reason"] not in _BEFORE_VALID for one in results),
        "kept": sum(one["kept"] for one in results),
    }


def _generators(results: Iterable[Result]) -> Counter[str]:
    return Counter(script["fate"] for one in results for script in one.get("generators", ()))


def _statuses(results: Iterable[Result]) -> Counter[str]:
    return Counter(entry["status"] for one in results for entry in one.get("references", ()))


def _set_aside(results: Iterable[Result]) -> Counter[str]:
    return Counter(note["stage"] for one in results for note in notes_of(one))


def _sums(results: Iterable[Result], section: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in results:
        total.update(
            {key: value for key, value in one.get(section, {}).items() if isinstance(value, int)}
        )
    return dict(total)


def _votes(results: Sequence[Result]) -> dict[str, Any]:
    sections = [one["votes"] for one in results if "votes" in one]
    mean = statistics.fmean(one["mean_agreement"] for one in sections) if sections else None
    return {**_sums(results, "votes"), "mean_agreement": mean}


def _accepted(kept: Sequence[Result]) -> dict[str, Any]:
    """TPR: over all accepted solutions, and over those that are not known to be wrong."""
    entries = [entry for one in kept for entry in one["references"] if "passes" in entry]
    sound = [entry for entry in entries if entry["status"] != "demoted"]
    return {
        "all": Share(sum(entry["passes"] for entry in entries), len(entries)).document(),
        "sound": Share(sum(entry["passes"] for entry in sound), len(sound)).document(),
        "macro": _mean(
            Share(
                sum(entry["passes"] for entry in one["references"] if "passes" in entry),
                sum("passes" in entry for entry in one["references"]),
            ).value
            for one in kept
        ),
    }


def _wrong(kept: Sequence[Result], split: str) -> dict[str, Any]:
    """TNR by class, and whether all wrong solutions of a problem are rejected."""
    entries = [entry for one in kept for entry in one["wrong"] if entry["split"] == split]
    of_problems = [[entry for entry in one["wrong"] if entry["split"] == split] for one in kept]
    of_problems = [some for some in of_problems if some]
    labels = sorted({entry["label"] for entry in entries})
    return {
        "all": _rejected(entries),
        "core": _rejected(entries, "by_core"),
        "classes": {
            label: _rejected([e for e in entries if e["label"] == label]) for label in labels
        },
        "macro": _mean(
            Share(sum(e["rejected"] for e in some), len(some)).value for some in of_problems
        ),
        "all_rejected": Share(
            sum(all(e["rejected"] for e in some) for some in of_problems), len(of_problems)
        ).document(),
        "survivors": sorted(
            f"{one['pid']}: {e['name']}"
            for one in kept
            for e in one["wrong"]
            if e["split"] == split and not e["rejected"]
        ),
    }


def _rejected(entries: Sequence[Result], how: str = "rejected") -> dict[str, object]:
    return Share(sum(entry[how] for entry in entries), len(entries)).document()


def _tests(kept: Sequence[Result]) -> dict[str, Any]:
    """How many tests a problem has, all and core, and what a judged rollout costs."""
    whole = [len(one["tests"]) for one in kept]
    core = [sum(test["tier"] == "core" for test in one["tests"]) for one in kept]
    bounds = [one["bounds"] for one in kept if one.get("bounds", {}).get("total")]
    return {
        "whole": sum(whole),
        "core": sum(core),
        "whole_mean": _mean(whole),
        "core_mean": _mean(core),
        "rollout_whole_s": _mean(one["measured"]["all_s"] for one in kept),
        "rollout_core_s": _mean(one["measured"]["core_s"] for one in kept),
        "bounds_hit": Share(
            sum(one["hit"] for one in bounds), sum(one["total"] for one in bounds)
        ).document(),
    }


def _line(one: Result) -> dict[str, Any]:
    wrong = one.get("wrong", [])
    return {
        "pid": one["pid"],
        "kept": one["kept"],
        "reason": one["reason"],
        "detail": one["detail"],
        "kind": one.get("kind", {}).get("comparison", ""),
        "tests": len(one.get("tests", [])),
        "core": sum(test["tier"] == "core" for test in one.get("tests", [])),
        "drawn": one.get("gate", {}).get("drawn", 0),
        "rejected": sum(entry["rejected"] for entry in wrong),
        "wrong": len(wrong),
        "notes": notes_of(one),
    }


def _mean(values: Iterable[float | int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
