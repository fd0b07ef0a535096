"""The plots of the page, as SVG that stands in the page itself."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from testgen.reporting.plain import plain

_OURS, _THEIRS, _SPREAD = "#2b6cb0", "#a0aec0", "#1a202c"


def funnel_plot(found: Mapping[str, Any]) -> str:
    """Our funnel beside the report's, as shares of all problems."""
    ours, theirs = found["funnel"], found["seed_funnel"]
    steps = list(ours)
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axes = figure.subplots()
    places = range(len(steps))
    for offset, name, numbers, colour in (
        (-0.2, "this run", ours, _OURS),
        (0.2, "Kimi k1.5", theirs, _THEIRS),
    ):
        shares = [100 * numbers[step] / max(1, numbers[steps[0]]) for step in steps]
        axes.barh([place + offset for place in places], shares, 0.38, label=name, color=colour)
    axes.set_yticks(list(places), steps)
    axes.invert_yaxis()
    axes.set_xlabel("% of problems")
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


def strength_plot(found: Mapping[str, Any]) -> str:
    """Wrong solutions that are rejected, by class, with 95 % intervals, `tune` beside `held`."""
    labels = [
        "all",
        "core",
        *sorted({c for one in found["wrong"].values() for c in one["classes"]}),
    ]
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axes = figure.subplots()
    for offset, (split, colour) in ((-0.2, ("tune", _THEIRS)), (0.2, ("held", _OURS))):
        shares = [_share(found["wrong"][split], label) for label in labels]
        _bars(axes, offset, shares, split, colour)
    axes.set_yticks(range(len(labels)), [label.replace("_", " ") for label in labels])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("% rejected")
    if found["funnel"]["kept"]:
        axes.legend(frameon=False, loc="lower left")
    return _svg(figure)


def tests_plot(found: Mapping[str, Any]) -> str:
    """Tests of each kept problem, before and after choosing the core."""
    kept = [one for one in found["problems"] if one["kept"]]
    figure = Figure(figsize=(7, 0.8 + 0.22 * max(4, len(kept))), layout="constrained")
    axes = figure.subplots()
    places = range(len(kept))
    axes.barh(places, [one["tests"] for one in kept], 0.7, color=_THEIRS, label="all")
    axes.barh(places, [one["core"] for one in kept], 0.7, color=_OURS, label="core")
    # A name with dollars is a name, no formula.
    axes.set_yticks(list(places), [plain(one["pid"]).plain for one in kept], parse_math=False)
    axes.invert_yaxis()
    axes.set_xlabel("tests")
    axes.legend(frameon=False)
    return _svg(figure)


def _share(wrong: Mapping[str, Any], label: str) -> Mapping[str, Any]:
    share: Mapping[str, Any] = (
        wrong[label] if label in ("all", "core") else wrong["classes"].get(label, {})
    )
    return share


def _bars(
    axes: Any, offset: float, shares: Sequence[Mapping[str, Any]], name: str, colour: str
) -> None:
    for place, share in enumerate(shares):
        value = share.get("share")
        if value is None:
            continue
        spread = [[100 * (value - share["low"])], [100 * (share["high"] - value)]]
        axes.barh(
            place + offset, 100 * value, 0.38, color=colour, label=name if place == 0 else None,
            xerr=spread, ecolor=_SPREAD, capsize=2, error_kw={"linewidth": 0.8},
        )  # fmt: skip


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
