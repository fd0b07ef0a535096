"""The measurement itself: contenders side by side, their rounds in turn."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.bench.agents import Agent, AgentFailed, Round, ended_agents
from tests.bench.contenders import Contender, Place, concurrency_levels
from tests.bench.figures import Cell, Figures, Row, Sample, summarise
from tests.bench.machine import busy_s
from tests.bench.workloads import Task, Workload

GENERATOR = "generator"  # the group in which the load generator is measured alone
_PROBE = "GET /healthz"
_PROBED = "service"
# Warm-up and the generator's own rounds: this share of a round's time is enough for them.
_SHORT = 0.25
# A concurrency at which somebody's round took so long, because runs that were begun are waited for, has no
# more than so many rounds: the runs of each are many or long enough to be a mean by themselves.
_LONG_S = 5.0
_ROUNDS_IF_LONG = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """How long is measured."""

    rounds: int
    seconds: float
    at_most: int  # callers at once over HTTP

    def levels(self, contender: Contender, task: Task, place: Place) -> tuple[int, ...]:
        """With how many runs at once a contender is measured."""
        levels = concurrency_levels(contender, task.workload, place)
        return tuple(level for level in levels if level <= max(self.at_most, place.cores))


Step = Callable[[str], None]
"""Is told what is measured next."""


@dataclass(slots=True)
class _Entrant:
    """A contender in one workload: its agents, what they are asked, and what came out."""

    name: str
    group: str
    agents: Sequence[Agent]
    levels: tuple[int, ...]
    seconds: float
    probe: bool = False
    failure: str = ""
    rounds: dict[int, list[Figures]] = field(default_factory=dict)
    errors: dict[int, int] = field(default_factory=dict)
    first_error: dict[int, str] = field(default_factory=dict)

    def await_ready(self) -> None:
        try:
            for agent in self.agents:
                agent.await_ready()
        except AgentFailed as error:
            self.failure = str(error)

    def measure(self, concurrency: int, *, seconds: float, counts: bool = True) -> None:
        """One round; what goes wrong for good is noted, and ends the contender's part."""
        if self.failure:
            return
        before_s = busy_s()
        try:
            samples = self._round(Round(seconds, concurrency // len(self.agents), self.probe))
        except AgentFailed as error:
            self.failure = str(error)
            return
        if counts:
            self._note(concurrency, samples, busy_s() - before_s)

    def _round(self, wanted: Round) -> list[Sample]:
        for agent in self.agents:
            agent.begin(wanted)
        return [sample for agent in self.agents for sample in agent.finish()]

    def _note(self, concurrency: int, samples: list[Sample], busy: float) -> None:
        self.rounds.setdefault(concurrency, []).append(summarise(samples, busy))
        errors = sum(sample.errors for sample in samples)
        self.errors[concurrency] = self.errors.get(concurrency, 0) + errors
        for sample in samples:
            if sample.first_error:
                self.first_error.setdefault(concurrency, sample.first_error)

    def row(self, workload: Workload, concurrency: int) -> Row:
        """What came out at one concurrency."""
        return Row(
            Cell(self.group, workload.name, self.name, concurrency),
            tuple(self.rounds.get(concurrency, ())),
            self.errors.get(concurrency, 0),
            self.failure or self.first_error.get(concurrency, ""),
            1 if self.probe else workload.runs_per_request,
        )


def in_turn(levels: dict[str, tuple[int, ...]], rounds: int) -> Iterator[tuple[int, int, str]]:
    """The order of a workload's rounds: number, concurrency, contender.

    At each concurrency the contenders follow each other at once, and each round begins anew, so that
    what changes slowly on the machine changes for all of them.
    """
    every_level = sorted({level for own in levels.values() for level in own})
    for number in range(1, rounds + 1):
        for level in every_level:
            for name, own in levels.items():
                if level in own:
                    yield number, level, name


def count_rounds(
    tasks: Sequence[Task], contenders: Sequence[Contender], place: Place, settings: Settings
) -> int:
    """How many rounds `measure` will do for all tasks, without the generator's own."""
    return settings.rounds * sum(
        len(settings.levels(contender, task, place)) for task in tasks for contender in contenders
    )


def measure(
    task: Task,
    contenders: Sequence[Contender],
    place: Place,
    settings: Settings,
    step: Step,
    *,
    probe: bool,
) -> list[Row]:
    """Measures a workload.

    Args:
        task: the workload.
        contenders: of one group; those that cannot do the workload are left out.
        place: the machine.
        settings: how long.
        step: is told before each round, but not before the generator's own.
        probe: whether the load generator is measured alone too.
    """
    with ended_agents() as agents:
        entrants = _start(task, contenders, place, settings, agents)
        if probe:
            entrants += _probes(entrants, settings)
        by_name = {entrant.name: entrant for entrant in entrants}
        levels = {entrant.name: entrant.levels for entrant in entrants}
        long: set[int] = set()
        for number, concurrency, name in in_turn(levels, settings.rounds):
            if concurrency in long and number > _ROUNDS_IF_LONG:
                continue
            entrant = by_name[name]
            if not entrant.probe:
                step(f"{task.workload.name}: {name}, {concurrency} at once, round {number}")
            before_s = time.monotonic()
            entrant.measure(concurrency, seconds=entrant.seconds)
            if time.monotonic() - before_s > max(_LONG_S, 2 * settings.seconds):
                long.add(concurrency)
    return [entrant.row(task.workload, level) for entrant in entrants for level in entrant.levels]


def _start(
    task: Task,
    contenders: Sequence[Contender],
    place: Place,
    settings: Settings,
    agents: list[Agent],
) -> list[_Entrant]:
    """Starts and warms up all contenders; their agents are added to ``agents``."""
    entrants = []
    for contender in contenders:
        levels = settings.levels(contender, task, place)
        if not levels:
            continue
        own = []
        for make in contender.make(task, place):
            agents.append(Agent(make))
            own.append(agents[-1])
        entrants.append(_Entrant(contender.name, contender.group, own, levels, settings.seconds))
    for entrant in entrants:
        entrant.await_ready()
    for entrant in entrants:
        # Wide enough to use every slot and every lane once.
        entrant.measure(2 * place.cores, seconds=settings.seconds * _SHORT, counts=False)
    return entrants


def _probes(entrants: list[_Entrant], settings: Settings) -> list[_Entrant]:
    """The generator alone: the same process, the same connections, and nothing to do."""
    return [
        _Entrant(
            _PROBE, GENERATOR, entrant.agents, entrant.levels, settings.seconds * _SHORT,
            probe=True, failure=entrant.failure,
        )
        for entrant in entrants
        if entrant.name == _PROBED
    ]  # fmt: skip
