"""A real service: supervisor, API, worker and containers, on a free port of loopback."""

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.models import RunResult

START_S = 60.0
# Between those of `tests.privileged.lab` and those of images' self-tests; the default is a user's.
_FIRST_UID, _LAST_UID = 0x7800_0000, 0x7BFF_FFFF
_UIDS_A_SERVICE = 0x0040_0000  # 64 slots
_LISTENING = re.compile(r"serving on (http://\S+)")


def open_to_containers(tmp_path: Path) -> None:
    """Lets containers' root users walk through a test's directory, to an image that lies in it."""
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o711)


class UserIds:
    """A range of user ids that no other test's service on this machine has, until it is given back."""

    def __init__(self) -> None:
        """Takes the first free range."""
        for number, first in enumerate(range(_FIRST_UID, _LAST_UID, _UIDS_A_SERVICE)):
            path = f"/run/sandbox-test-uids-{number}.lock"
            self._lock: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.give_back()
            else:
                self.first = first
                return
        raise RuntimeError("tests on this machine have all the user ids there are for services")

    def give_back(self) -> None:
        """Lets others have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class Service:
    """A running service."""

    def __init__(self, run_dir: Path, **settings: object) -> None:
        """Starts it and waits until it can take work; ``settings`` as in `sandbox.settings`."""
        self._uids = UserIds()
        environment = {
            **os.environ,
            "SANDBOX_PORT": "0",
            "SANDBOX_RUN_DIR": str(run_dir),
            "SANDBOX_FIRST_UID": str(self._uids.first),
            **{f"SANDBOX_{name.upper()}": str(value) for name, value in settings.items()},
        }
        self.lines: list[str] = []
        self.url = ""
        self._listening = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self._reader = threading.Thread(target=self._read_log)
        self._reader.start()
        try:
            self._await_ready()
        except BaseException:
            self.kill()
            raise
        self.http = httpx.Client(base_url=self.url, timeout=120)

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as log:
            for line in log:
                self.lines.append(line.rstrip())
                found = _LISTENING.search(line)
                if found:
                    self.url = found.group(1)
                    self._listening.set()
        self._listening.set()  # it has ended

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_S
        self._listening.wait(START_S)
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError("the service does not become ready:\n" + "\n".join(self.lines[-30:]))

    def run(self, **fields: Any) -> RunResult:
        """``POST /run`` with the given fields; the answer must be 200."""
        answer = self.http.post("/run", json=fields)
        assert answer.status_code == 200, answer.text
        return RunResult.model_validate_json(answer.content)

    @property
    def api(self) -> int:
        """The API's process id: it is the child without privileges."""
        return next(pid for pid in self._children() if _uid(pid) != 0)

    @property
    def workers(self) -> list[int]:
        """The workers' process ids."""
        return [pid for pid in self._children() if _uid(pid) == 0]

    def _children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def stop(self, within_s: float = 60.0) -> int:
        """SIGTERM; the exit status."""
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(within_s)
        self._reader.join()
        self._uids.give_back()
        return status

    def kill(self) -> None:
        """SIGKILL to the supervisor, if it lives; the kernel ends the rest."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self._uids.give_back()


def _uid(pid: int) -> int | None:
    """The user of a process; None if it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    for line in status.splitlines():
        if line.startswith("Uid:"):
            return int(line.split()[1])
    raise AssertionError("no Uid in the status")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests that leave it as it was."""
    running = Service(tmp_path_factory.mktemp("service") / "run")
    yield running
    assert running.stop() == 0, "\n".join(running.lines[-30:])


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts services of a test's own; what still runs at its end is killed."""
    started: list[Service] = []

    def start(**settings: object) -> Service:
        # Its own run directory, and so its own cgroups and lock.
        started.append(Service(tmp_path / f"run-{len(started)}", **settings))
        return started[-1]

    yield start
    for one in started:
        one.http.close()
        one.kill()
