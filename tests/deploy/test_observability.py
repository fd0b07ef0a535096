"""The dashboard and the alerts: they name metrics that the service has, and they fire when they should."""

import asyncio
import itertools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from sandbox.api.bodies import Bodies
from sandbox.api.metrics import Metrics
from sandbox.jobs import JobResult, SlotLease
from sandbox.models import Verdict
from sandbox.queue.base import Fleet, Member, Ticket
from sandbox.queue.local import LocalQueue
from sandbox.settings import variables

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
ADAPTER = DEPLOY / "prometheus" / "adapter.yaml"
ALERTS_TEST = DEPLOY / "prometheus" / "alerts_test.yaml"
RULES: list[dict[str, Any]] = yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "sandbox.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
_NAME = re.compile(r"\bsandbox_\w+")
_LABEL = re.compile(r"\b(\w+)\s*(?:=~|!~|!=|=)")
# Prometheus itself gives these to what it scrapes.
_ITS_OWN = {"job", "instance"}


class _Nobody(Fleet):
    """No worker."""

    workers: tuple[Member, ...] = ()
    faults: dict[str, str] = {}  # noqa: RUF012 - nobody changes it

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


async def _exported() -> dict[str, set[str]]:
    """All samples that the service has after a run, a refusal and a boot, with their labels."""
    metrics = Metrics(LocalQueue(1, 1), _Nobody(), Bodies(1, 1))
    future: asyncio.Future[JobResult] = asyncio.get_running_loop().create_future()
    ticket = Ticket(id="r_1", language="python", result=future, submitted_s=0.0)
    leases = (SlotLease("python", "boot", 0.1),)
    metrics.finished(ticket, JobResult("r_1", Verdict.OK, 1.0, leases=leases))
    metrics.refused("queue_full")
    families = text_string_to_metric_families(metrics.text().decode())
    return {sample.name: {*sample.labels} for family in families for sample in family.samples}


EXPORTED = asyncio.run(_exported())


def _expressions() -> Iterator[tuple[str, str]]:
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in PANELS:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", target["expr"]


EXPRESSIONS = dict(_expressions())


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_every_metric_and_label_is_one_that_the_service_has(expression: str):
    names = _NAME.findall(expression)
    assert names != []
    assert {*names} <= EXPORTED.keys()
    labels = set[str]().union(*(EXPORTED[name] for name in names)) | _ITS_OWN
    assert {*_LABEL.findall(expression)} <= labels
    for grouping in re.findall(r"\bby \(([^)]*)\)", expression):
        assert {word.strip() for word in grouping.split(",")} <= labels


def test_everything_that_the_service_has_is_shown():
    shown = {name for panel in EXPRESSIONS.values() for name in _NAME.findall(panel)}
    ignored = re.compile(
        r".*_(?:created|bucket|sum|count)$"
    )  # one of a histogram's three is enough
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    wanted = {name for name in EXPORTED if not ignored.match(name)}
    assert wanted - families == set()


def test_what_the_alerts_say_names_settings_and_commands_that_there_are():
    text = ALERTS.read_text()
    known = {f"SANDBOX_{name.upper()}" for name in variables()}
    assert {*re.findall(r"SANDBOX_\w+", text)} <= known


# The dashboard's own form.


def test_panels_have_numbers_of_their_own_and_do_not_overlap():
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    cells = [
        (x, y)
        for panel in PANELS
        for place in [panel["gridPos"]]
        for x, y in itertools.product(
            range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        )
    ]
    assert len({*cells}) == len(cells)
    assert all(0 <= x < 24 for x, _ in cells)


def test_every_panel_has_a_title_and_says_what_it_shows_of_the_chosen_source():
    for panel in PANELS:
        assert panel["title"]
        if panel["type"] == "row":
            continue
        assert panel["description"].endswith(".")
        assert panel["datasource"]["uid"] == "$datasource"
        for target in panel["targets"]:
            assert 'job="$job"' in target["expr"]
            assert target["legendFormat"]
    assert {one["name"] for one in DASHBOARD["templating"]["list"]} == {"datasource", "job"}


# Prometheus' own checks.


@pytest.fixture(scope="module")
def promtool() -> str:
    beside = Path(sys.executable).parent / "promtool"
    found = str(beside) if beside.exists() else shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not here: python3 bootstrap.py --dev --only promtool")
    return found


def _ask(promtool: str, *words: object, cwd: Path = ALERTS.parent) -> str:
    command = [promtool, *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_alerts_are_sound(promtool: str):
    said = _ask(promtool, "check", "rules", "--lint=all", "--lint-fatal", ALERTS)
    assert f"{len(RULES)} rules found" in said


def test_the_alerts_come_when_they_should_and_not_when_all_is_well(promtool: str):
    assert "SUCCESS" in _ask(promtool, "test", "rules", ALERTS_TEST)


def test_every_alert_is_seen_to_come_and_to_stay_away():
    cases = [
        case
        for test in yaml.safe_load(ALERTS_TEST.read_text())["tests"]
        for case in test["alert_rule_test"]
    ]
    every = {rule["alert"] for rule in RULES}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == every
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == every


def test_the_dashboards_queries_are_promql(promtool: str, tmp_path: Path):
    queries = [text.replace("$__rate_interval", "5m") for text in EXPRESSIONS.values()]
    rules = [{"record": f"query_{number}", "expr": text} for number, text in enumerate(queries)]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    assert f"{len(rules)} rules found" in _ask(promtool, "check", "rules", file)


@pytest.mark.parametrize(("namespace", "jobs"), [("sandbox", 7), ("another", 900)])
def test_of_two_services_in_one_prometheus_each_has_its_own_jobs(
    promtool: str, tmp_path: Path, namespace: str, jobs: int
):
    (rule,) = yaml.safe_load(ADAPTER.read_text())["rules"]["external"]
    waiting = {"sandbox": 3, "another": 600}
    running = {"sandbox": 4, "another": 300}
    series = [
        {"series": f'{name}{{namespace="{whose}",pod="{pod}"}}', "values": f"{number}x5"}
        for name, numbers in (
            ("sandbox_queue_waiting", waiting),
            ("sandbox_queue_running", running),
        )
        for whose, number in numbers.items()
        for pod in ("api-0", "api-1")  # which tell the same
    ]
    # What the adapter makes of an autoscaler's selector.
    query = rule["metricsQuery"].replace("<<.LabelMatchers>>", f'namespace="{namespace}"')
    expected = [{"labels": "{}", "value": jobs}]
    case = {"expr": query, "eval_time": "2m", "exp_samples": expected}
    tests = [{"interval": "1m", "input_series": series, "promql_expr_test": [case]}]
    file = tmp_path / "adapter_test.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [], "tests": tests}))
    assert "SUCCESS" in _ask(promtool, "test", "rules", file)
