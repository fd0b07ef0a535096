"""The figures as one HTML page that stands alone: no script, no other file, no network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from testgen.reporting.intervals import Share
from testgen.reporting.plots import funnel_plot, strength_plot, tests_plot


def write_page(found: Mapping[str, Any], path: Path) -> None:
    """Write the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(found), encoding="utf-8")


def render(found: Mapping[str, Any]) -> str:
    """The page. Names and messages of problems are text in it, whatever they hold."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["share"] = lambda one: Share(one["hits"], one["total"]).text()
    environment.filters["percent"] = lambda value: "-" if value is None else f"{value:.1%}"
    plots = {
        # Made by matplotlib, which escapes what is text in them.
        "funnel": Markup(funnel_plot(found)),  # noqa: S704 - see above
        "strength": Markup(strength_plot(found)),  # noqa: S704 - see above
        "tests": Markup(tests_plot(found)),  # noqa: S704 - see above
    }
    return environment.get_template("page.html.j2").render(found=found, plots=plots)
