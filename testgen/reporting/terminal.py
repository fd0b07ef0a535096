"""The figures as tables for a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from testgen.reporting.intervals import Share
from testgen.reporting.plain import plain


def show(found: Mapping[str, Any], console: Console) -> None:
    """Print them."""
    console.print(_problems(found))
    console.print(_funnel(found))
    console.print(_strength(found))
    for title, section in (
        ("reasons", "reasons"),
        ("set aside at", "set_aside"),
        ("generators", "generators"),
        ("inputs", "inputs"),
        ("votes", "votes"),
        ("references", "references"),
        ("model", "model"),
    ):
        if found[section]:
            console.print(_counts(title, found[section]))
    tests = found["tests"]
    if tests["whole"]:
        console.print(
            f"tests a problem: {tests['whole_mean']:.1f}, of these core {tests['core_mean']:.1f}; "
            f"CPU time of a right rollout: {1000 * tests['rollout_whole_s']:.0f} ms, "
            f"core {1000 * tests['rollout_core_s']:.0f} ms",
            highlight=False,
        )
    if found["few_references"]:
        names = ", ".join(found["few_references"])
        console.print(plain(f"judged by fewer references than asked for: {names}"))
    for one in found["problems"]:
        if not one["kept"]:
            last = one["notes"][-1]
            console.print(plain(f"{one['pid']}: at {last['stage']}: {last['why']}"))
    for why in found["unreadable"]:
        console.print(plain(f"could not be read: {why}"))
    for split in ("tune", "held"):
        if survivors := found["wrong"][split]["survivors"]:
            console.print(plain(f"{split} survivors: {', '.join(survivors)}"))


def _problems(found: Mapping[str, Any]) -> Table:
    table = Table("problem", "end", "judged by", "tests", "core", "references", "wrong rejected")
    for one in found["problems"]:
        end = "kept" if one["kept"] else one["reason"]
        wrong = f"{one['rejected']}/{one['wrong']}" if one["wrong"] else ""
        cells = [one["pid"], end, one["kind"], one["tests"], one["core"], one["drawn"], wrong]
        table.add_row(*(plain(cell or "") for cell in cells))
    return table


def _funnel(found: Mapping[str, Any]) -> Table:
    table = Table("funnel", f"preset {found['preset']}", "", "Kimi k1.5", "")
    ours, seeds = found["funnel"], found["seed_funnel"]
    for step, number in ours.items():
        theirs = seeds[step]
        share = f"{number / ours['problems']:.1%}" if ours["problems"] else ""
        table.add_row(step, str(number), share, str(theirs), f"{theirs / seeds['problems']:.1%}")
    return table


def _strength(found: Mapping[str, Any]) -> Table:
    table = Table("accepted and wrong solutions", "share (95 %)", "macro")
    accepted = found["accepted"]
    table.add_row("accepted that pass", _text(accepted["all"]), _percent(accepted["macro"]))
    table.add_row("... without those set aside", _text(accepted["sound"]), "")
    for split, wrong in found["wrong"].items():
        table.add_row(
            f"{split}: wrong that are rejected", _text(wrong["all"]), _percent(wrong["macro"])
        )
        table.add_row("... by the core set", _text(wrong["core"]), "")
        for label, share in wrong["classes"].items():
            table.add_row(plain(f"... {label}"), _text(share), "")
        table.add_row("... problems with all rejected", _text(wrong["all_rejected"]), "")
    if found["tests"]["bounds_hit"]["total"]:
        table.add_row("bounds of the statement hit", _text(found["tests"]["bounds_hit"]), "")
    return table


def _counts(title: str, counts: Mapping[str, Any]) -> Table:
    table = Table(title, "")
    for name, number in counts.items():
        shown = f"{number:.3f}" if isinstance(number, float) else str(number)
        table.add_row(plain(name or "-"), shown)
    return table


def _text(share: Mapping[str, Any]) -> str:
    return Share(share["hits"], share["total"]).text()


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
