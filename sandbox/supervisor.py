"""The supervisor: opens the sockets, starts the API and the workers, and keeps them alive.

It forks its children and does nothing else, so it has no threads and no event loop; each child loads
what it needs. When the supervisor dies, the kernel ends its children.
"""

import contextlib
import enum
import errno
import fcntl
import logging
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import logs, privileges
from sandbox.settings import Settings

log = logging.getLogger(__name__)

# A child that dies again and again is started again after this long, twice as long each time.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 5.0
_STEADY_S = 10.0
_MOST_QUICK_DEATHS = 8
# What the API and then the workers have to end after the drain is over.
STOP_GRACE_S = 15.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_HOST_NOT_READY = 78  # EX_CONFIG in sysexits.h
_IMAGE_CHANGED = 65  # EX_DATAERR


class StartError(Exception):
    """The service cannot be started; the message says why."""


@dataclass(slots=True)
class _Child:
    """A process that must be there."""

    name: str
    main: Callable[[], None]
    pid: int = 0
    started_s: float = 0.0
    quick_deaths: int = 0
    refusals: int = 0
    has_worked: bool = False
    due_s: float = field(default_factory=time.monotonic)

    @property
    def alive(self) -> bool:
        return self.pid != 0


class Role(enum.Flag):
    """What a service does on this machine; others do the rest, over the same queue."""

    API = enum.auto()
    WORKERS = enum.auto()


def serve(settings: Settings, roles: Role = Role.API | Role.WORKERS) -> None:
    """Serves until SIGTERM or SIGINT, then drains.

    Raises:
        StartError: another service is running here, the port is taken, no worker can work, or the queue
            that one role alone needs is not set.
    """
    logs.configure(settings.log_format, settings.log_level)
    if settings.queue is None and roles != Role.API | Role.WORKERS:
        raise StartError("one part alone needs a queue to meet the others: set SANDBOX_QUEUE")
    with contextlib.ExitStack() as undo:
        undo.enter_context(_only_instance(settings.run_dir))
        http = workers = None
        if Role.API in roles:
            http = undo.enter_context(_http_listener(settings))
        if settings.queue is None:
            workers = undo.enter_context(_worker_listener(settings.queue_socket))
        count = settings.workers if Role.WORKERS in roles else 0
        _Supervisor(settings, http, workers, count).run()


@contextlib.contextmanager
def _only_instance(run_dir: Path) -> Iterator[None]:
    """Holds the lock of a run directory: two services in it would clear each other's cgroups."""
    if not run_dir.is_dir():
        run_dir.mkdir(parents=True)
        run_dir.chmod(0o711)
    with (run_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"another service runs in {run_dir}; stop it, or set SANDBOX_RUN_DIR"
            ) from None
        yield


@contextlib.contextmanager
def _http_listener(settings: Settings) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as error:
        hint = "; another program has the port" if error.errno == errno.EADDRINUSE else ""
        where = f"{settings.host}:{settings.port}"
        raise StartError(f"cannot listen on {where}: {error.strerror}{hint}") from error
    with listener:
        yield listener


@contextlib.contextmanager
def _worker_listener(path: Path) -> Iterator[socket.socket]:
    """A local socket to which only this user (root) can connect."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        old_mask = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(old_mask)
        listener.listen(64)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


class _Supervisor:
    def __init__(
        self,
        settings: Settings,
        http: socket.socket | None,
        workers: socket.socket | None,
        count: int,
    ) -> None:
        self._settings = settings
        self._http = http
        self._workers = workers
        self._stopping = False
        self._api = _Child("api", self._api_main)
        self._children = [self._api] if http is not None else []
        self._children += [
            _Child(f"worker {index}", self._worker_main(index)) for index in range(count)
        ]
        self._fatal = ""

    def _api_main(self) -> None:
        from sandbox.api.process import run_api

        assert self._http is not None
        run_api(self._settings, self._http, self._workers)

    def _worker_main(self, index: int) -> Callable[[], None]:
        def main() -> None:
            for listener in (self._http, self._workers):
                if listener is not None:
                    listener.close()
            from sandbox.worker.host import HostNotReady, ImageChanged
            from sandbox.worker.process import run_worker

            try:
                run_worker(self._settings, index)
            except HostNotReady as error:
                log.error("worker %d cannot work: %s", index, error)
                os._exit(_HOST_NOT_READY)
            except ImageChanged as error:
                log.critical("worker %d gives up: %s", index, error)
                os._exit(_IMAGE_CHANGED)

        return main

    def run(self) -> None:
        """Until a signal; then the API drains, then the workers end."""
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # A signal writes here, so that none is missed between a look and the wait.
        reader, writer = socket.socketpair()
        with reader, writer:
            reader.setblocking(True)
            writer.setblocking(False)
            signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
            self._say_what_it_serves()
            while not self._stopping:
                self._reap()
                if not self._stopping:
                    self._start_due(self._children)
                    self._wait(reader, self._seconds_to_next_start())
            self._stop(reader)
            signal.set_wakeup_fd(-1)
        if self._fatal:
            raise StartError(self._fatal)

    def _say_what_it_serves(self) -> None:
        if self._http is None:
            log.info("serving a queue with %d workers", len(self._children))
        else:
            host, port = self._http.getsockname()[:2]
            log.info("serving on http://%s:%d (documentation: /docs)", host, port)

    def _on_signal(self, *_: object) -> None:
        self._stopping = True

    def _seconds_to_next_start(self) -> float:
        due = [child.due_s - time.monotonic() for child in self._children if not child.alive]
        return max(0.001, min([3600.0, *due]))

    def _wait(self, reader: socket.socket, at_most_s: float) -> None:
        """Waits for a signal."""
        reader.settimeout(at_most_s)
        with contextlib.suppress(TimeoutError):
            reader.recv(4096)

    def _start_due(self, children: list[_Child]) -> None:
        for child in children:
            if not child.alive and child.due_s <= time.monotonic():
                self._fork(child)

    def _fork(self, child: _Child) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        # No signal may come between the fork and the child's own handlers.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        child.pid = os.fork()
        child.started_s = time.monotonic()
        if child.pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            return
        status = 1
        try:
            privileges.die_with(parent)
            # A Ctrl-C goes to the whole group; what to do about it is the supervisor's decision.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            for number in (signal.SIGTERM, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            child.main()
            status = 0
        except BaseException:
            log.exception("%s failed", child.name)
        finally:
            os._exit(status)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self._children:
                if child.pid == pid:
                    self._note_death(child, os.waitstatus_to_exitcode(status))

    def _note_death(self, child: _Child, status: int) -> None:
        now_s = time.monotonic()
        child.pid = 0
        if child.due_s == math.inf:
            self._hide_life()
            return
        if self._stopping:
            child.due_s = now_s + _FIRST_PAUSE_S
            return
        if status == _IMAGE_CHANGED:
            self._retire_workers()
            return
        self._count_death(child, status, steady=now_s - child.started_s > _STEADY_S)
        if status == _HOST_NOT_READY and not child.has_worked:
            self._give_up(f"{child.name} cannot work on this machine; 'sandbox check' tells more")
        elif child.quick_deaths >= _MOST_QUICK_DEATHS:
            times = f"{child.quick_deaths} times in a row"
            self._give_up(f"{child.name} ended {times}; its log says why")
        else:
            pause_s = _FIRST_PAUSE_S * 2 ** (child.quick_deaths + child.refusals)
            child.due_s = now_s + min(pause_s, _LONGEST_PAUSE_S)
            log.error("%s ended with status %d; it is started again", child.name, status)

    def _count_death(self, child: _Child, status: int, *, steady: bool) -> None:
        if steady:
            child.has_worked = True
            child.quick_deaths = child.refusals = 0
        elif status == _HOST_NOT_READY and child.has_worked:
            # The machine could, and will again: it is short of something just now. No number of
            # these ends the service; 16 is far beyond the longest pause.
            child.refusals = min(child.refusals + 1, 16)
        else:
            child.quick_deaths += 1

    def _give_up(self, why: str) -> None:
        self._fatal = why
        self._stopping = True

    def _retire_workers(self) -> None:
        """They all read the same files: none is started again. The API stays, to say what is wrong."""
        for child in self._children:
            if child is not self._api:
                child.due_s = math.inf
                if child.alive:
                    os.kill(child.pid, signal.SIGTERM)
        self._hide_life()

    def _hide_life(self) -> None:
        """No worker is meant to be alive: whoever looks must not start this service again for that."""
        for file in self._settings.run_dir.glob("alive-*"):
            file.unlink(missing_ok=True)

    def _stop(self, reader: socket.socket) -> None:
        """The API first, since it finishes what was accepted, and the workers are needed for that."""
        log.info("stopping")
        workers = [child for child in self._children if child is not self._api]
        drain_s = self._settings.drain_s + STOP_GRACE_S
        self._end([self._api], drain_s, reader, keep=workers)
        # Workers of a queue beyond this machine drain too: they have jobs of other APIs.
        within_s = STOP_GRACE_S if self._settings.queue is None else drain_s
        self._end(workers, within_s, reader, keep=[])

    def _end(
        self,
        children: list[_Child],
        within_s: float,
        reader: socket.socket,
        *,
        keep: list[_Child],
    ) -> None:
        """Ends children, and kills them when time is up; starts those to ``keep`` again if they die."""
        deadline_s = time.monotonic() + within_s
        for child in children:
            if child.alive:
                os.kill(child.pid, signal.SIGTERM)
        while any(child.alive for child in children):
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                self._kill(children)
                return
            self._reap()
            if any(child.alive for child in children):
                self._start_due([] if self._fatal else keep)
                self._wait(reader, min(left_s, 0.5))

    def _kill(self, children: list[_Child]) -> None:
        for child in children:
            if child.alive:
                log.error("%s does not end and is killed", child.name)
                os.kill(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)
                child.pid = 0
