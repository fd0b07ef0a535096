"""Processes that do the measured work, one round at a time, and nothing between the rounds.

Theory of operation. The bench spawns an *agent* for each thing that has a process of its own: one that
spawns programs, one that holds slots, one that loads a service. In it a *driver* makes ready what it
needs and then does a round whenever the bench asks for one. Agents live beside each other, so rounds of
different contenders can alternate, and a waiting agent costs nothing.

Ending. An agent is a session leader: a Ctrl-C at the terminal reaches the bench alone, which then
interrupts its agents. An agent can be interrupted in a round; while it makes ready or cleans up, it
ignores the signal and sees from its closed pipe that it is no longer wanted. That is also how it ends
when the bench was killed.
"""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Protocol

from tests.bench.figures import Sample

_STOP_S = 90.0
_END_OF_ITSELF_S = 0.5
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Round:
    """What is asked of a driver: how long it starts new runs, and how many it keeps going at once.

    With ``probe`` a load generator asks for nothing (``GET /healthz``), to see how fast it is itself.
    """

    seconds: float
    concurrency: int = 1
    probe: bool = False


class Driver(Protocol):
    """The side of a contender that lives in an agent."""

    def round(self, wanted: Round) -> list[Sample]:
        """Does a round; a sample for each lane of runs."""


MakeDriver = Callable[[], AbstractContextManager[Driver]]


class Unavailable(Exception):
    """A contender cannot take part on this machine; the message says why."""


class AgentFailed(Exception):
    """An agent could not go on; the message is its last word."""


class Agent:
    """An agent, as the bench sees it. `make` must be something that can be pickled."""

    def __init__(self, make: MakeDriver) -> None:
        """Starts the process; `await_ready` waits until it can work."""
        self._connection, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(make, theirs))
        # Ignored from its first moment: this is inherited until the agent says otherwise.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._process.start()
        finally:
            signal.signal(signal.SIGINT, before)
            theirs.close()

    def await_ready(self) -> None:
        """Waits until the driver is there. Raises AgentFailed."""
        self._receive()

    def begin(self, wanted: Round) -> None:
        """Lets it do a round; `finish` has the sample."""
        try:
            self._connection.send(wanted)
        except OSError as error:
            raise AgentFailed("its process is gone") from error

    def finish(self) -> list[Sample]:
        """The samples of the round that `begin` began. Raises AgentFailed."""
        return self._receive()

    def _receive(self) -> list[Sample]:
        try:
            answer: list[Sample] | str = self._connection.recv()
        except (EOFError, OSError) as error:
            raise AgentFailed("its process ended without a word") from error
        if isinstance(answer, str):
            raise AgentFailed(answer)
        return answer

    def dismiss(self) -> None:
        """Tells it that it is no longer wanted; between rounds it ends by itself now."""
        self._connection.close()

    def end(self) -> None:
        """Ends one that was dismissed, in a round too, and waits until it has cleaned up."""
        self._process.join(_END_OF_ITSELF_S)
        if self._process.is_alive() and self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGINT)
            self._process.join(_STOP_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


@contextlib.contextmanager
def ended_agents() -> Iterator[list[Agent]]:
    """A list for agents; those in it are ended with the block, and no second Ctrl-C prevents it."""
    agents: list[Agent] = []
    try:
        yield agents
    finally:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        for agent in agents:
            agent.dismiss()
        for agent in agents:
            agent.end()
        signal.signal(signal.SIGINT, before)


def _serve(make: MakeDriver, connection: Connection) -> None:
    """The whole life of an agent."""
    os.setsid()
    try:
        with make() as driver:
            connection.send([])
            _serve_rounds(driver, connection)
    except BrokenPipeError:
        pass  # no longer wanted when it was ready
    except Unavailable as error:
        _say(connection, str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the bench tells it and goes on
        _say(connection, _describe(error))


def _serve_rounds(driver: Driver, connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            connection.send(driver.round(connection.recv()))
    except (KeyboardInterrupt, EOFError, BrokenPipeError):
        pass  # no longer wanted
    finally:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except KeyboardInterrupt:  # it came just now, and comes once
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _describe(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]  # of tasks that failed together; the others were cancelled
    return f"{type(error).__name__}: {error}"


def _say(connection: Connection, text: str) -> None:
    with contextlib.suppress(OSError):
        connection.send(text)
