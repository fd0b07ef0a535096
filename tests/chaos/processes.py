"""The processes of a service on several machines, here all on one: a Redis, APIs and workers."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from sandbox.settings import Settings
from tests.redis_server import RedisServer
from tests.service.conftest import UserIds


def free_port() -> int:
    """A port that nobody listens on just now; an API keeps its port when it is started again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Part:
    """One command, ``sandbox api`` or ``sandbox worker``, as an orchestrator keeps it running."""

    def __init__(self, name: str, command: str, redis: RedisServer, place: Path) -> None:
        """``place`` is its own directory; cgroups, locks and user ids are its own too."""
        self.name = name
        self._command = command
        self._uids = UserIds()
        self._log = place / f"{name}.log"
        self.port = free_port()
        self._environment = {
            **os.environ,
            "SANDBOX_QUEUE": redis.url,
            "SANDBOX_PORT": str(self.port),
            "SANDBOX_RUN_DIR": str(place / name),
            "SANDBOX_FIRST_UID": str(self._uids.first),
            "SANDBOX_DRAIN_S": "20",
        }
        self.process = self._start()

    @property
    def url(self) -> str:
        """Where an API listens."""
        return f"http://127.0.0.1:{self.port}"

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "sandbox", self._command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def keep(self) -> bool:
        """Starts it again if it has ended; whether it had."""
        if self.process.poll() is None:
            return False
        self.process = self._start()
        return True

    def child(self) -> int | None:
        """The process that does the work: what the command has forked, if it is there just now."""
        pid = self.process.pid
        try:
            text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        except FileNotFoundError:
            return None
        return next((int(one) for one in text.split()), None)

    @property
    def worker_name(self) -> str:
        """What a worker calls itself in the queue."""
        settings = Settings(run_dir=Path(self._environment["SANDBOX_RUN_DIR"]))
        return f"{socket.gethostname()}-{settings.instance}-0"

    def kill(self) -> None:
        """SIGKILL to the command; the kernel ends what it has forked."""
        self.process.kill()
        self.process.wait()

    def restart(self, within_s: float = 60.0) -> int:
        """SIGTERM, and a new one when it has ended; the exit status."""
        status = self.end(within_s)
        self.process = self._start()
        return status

    def end(self, within_s: float = 60.0) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    def close(self) -> None:
        """Ends it for good, hard if need be."""
        if self.process.poll() is None:
            try:
                self.end()
            except subprocess.TimeoutExpired:
                self.kill()
        self._uids.give_back()

    def last_words(self) -> str:
        """The end of its log."""
        return self._log.read_text(errors="replace")[-3000:]


def signal_child(part: Part, number: signal.Signals) -> int | None:
    """Sends a signal to the process that does the work; its id, or None if there was none."""
    pid = part.child()
    if pid is None:
        return None
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return None
    return pid
