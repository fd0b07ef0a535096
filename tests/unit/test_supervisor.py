"""The supervisor with children that die in chosen ways: when it goes on, and when it gives up."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox import supervisor
from sandbox.settings import Settings
from sandbox.supervisor import StartError

STEADY_S = 0.2
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
NOT_READY = supervisor._HOST_NOT_READY
Life = Callable[[], None]


def dies_with(status: int, after_s: float = 0.0) -> Life:
    def life() -> None:
        time.sleep(after_s)
        os._exit(status)

    return life


def stops_the_service() -> None:
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(60)


class Worker:
    """The only child of a supervisor; each of its lives is as it was told, the last one for ever."""

    def __init__(self, folder: Path) -> None:
        self._births = folder / "births"
        self._births.touch()
        self.lives: list[Life] = []

    @property
    def births(self) -> int:
        return len(self._births.read_text())

    def main(self) -> None:
        with self._births.open("a") as births:
            births.write(".")
        self.lives[min(self.births, len(self.lives)) - 1]()


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    return Worker(tmp_path)


@pytest.fixture
def serve(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    monkeypatch.setattr(supervisor, "_STEADY_S", STEADY_S)
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def run() -> None:
        settings = Settings(run_dir=tmp_path, drain_s=0)
        with socket.create_server(("127.0.0.1", 0)) as http, socket.socket() as workers:
            tested = supervisor._Supervisor(settings, http, workers, 1)
            tested._children = [supervisor._Child("worker 0", worker.main)]
            tested.run()

    yield run
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_worker_that_has_worked_is_started_until_the_machine_lets_it(
    worker: Worker, serve: Callable[[], None]
) -> None:
    refused = [dies_with(NOT_READY)] * 3
    worker.lives = [dies_with(1, after_s=2 * STEADY_S), *refused, stops_the_service]
    serve()
    assert worker.births == 5


def test_a_machine_that_refuses_for_long_does_not_end_a_service(
    worker: Worker, serve: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_LONGEST_PAUSE_S", supervisor._FIRST_PAUSE_S)
    refused = [dies_with(NOT_READY)] * (supervisor._MOST_QUICK_DEATHS + 2)
    worker.lives = [dies_with(1, after_s=2 * STEADY_S), *refused, dies_with(1), stops_the_service]
    serve()
    assert worker.births == len(worker.lives)


def test_a_machine_that_refuses_the_first_worker_is_an_error_at_once(
    worker: Worker, serve: Callable[[], None]
) -> None:
    worker.lives = [dies_with(NOT_READY)]
    with pytest.raises(StartError, match="cannot work on this machine"):
        serve()
    assert worker.births == 1


def test_a_worker_that_dies_again_and_again_is_given_up(
    worker: Worker, serve: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_LONGEST_PAUSE_S", supervisor._FIRST_PAUSE_S)
    worker.lives = [dies_with(1)]
    with pytest.raises(StartError, match="times in a row"):
        serve()
    assert worker.births == supervisor._MOST_QUICK_DEATHS


def test_workers_that_gave_up_are_not_started_again_and_show_no_life(
    worker: Worker, serve: Callable[[], None], tmp_path: Path
) -> None:
    alive = tmp_path / "alive-0"

    def gives_up() -> None:
        alive.touch()
        service = os.getppid()
        if os.fork():
            os._exit(supervisor._IMAGE_CHANGED)
        patience = 100
        while alive.exists() and (patience := patience - 1):
            time.sleep(0.05)
        os.kill(service, signal.SIGTERM)
        os._exit(0)

    worker.lives = [gives_up]
    serve()
    assert worker.births == 1
    assert not alive.exists()
