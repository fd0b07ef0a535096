"""A Redis of a test's own: on a socket in a directory, ended and started again at will."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

_START_S = 20.0


class RedisServer:
    """A running ``redis-server`` with an append-only file, as a service needs it."""

    def __init__(self, directory: Path, *, fsync: str = "always") -> None:
        """Starts it; ``directory`` can be walked through by any user that is to reach it."""
        self._directory = directory
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._directory / "redis.sock"

    @property
    def url(self) -> str:
        """For the setting ``queue``."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts it, and waits until it has loaded its file."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "777",  # the API is not root
            "dir": str(self._directory),
            "appendonly": "yes",
            "appendfsync": self._fsync,
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(self._directory / "redis.log"),
        }
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        deadline_s = time.monotonic() + _START_S
        while not self._answers():
            if time.monotonic() > deadline_s or self._process.poll() is not None:
                raise RuntimeError((self._directory / "redis.log").read_text()[-2000:])
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
            return False

    def client(self) -> redis.Redis:
        """A client for looking at its contents."""
        return redis.Redis(unix_socket_path=str(self.socket))

    def kill(self) -> None:
        """SIGKILL: nothing is said goodbye to."""
        self.signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        assert self._process is not None
        self._process.send_signal(number)


@contextmanager
def redis_server(*, fsync: str = "always") -> Iterator[RedisServer]:
    """A Redis with nothing in it."""
    # Not pytest's directory: its names are too long for a socket.
    with tempfile.TemporaryDirectory(prefix="sandbox-redis-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        server = RedisServer(path, fsync=fsync)
        try:
            yield server
        finally:
            server.kill()
