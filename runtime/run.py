"""One run: from the message to init until its report, with the limits watched meanwhile.

The kernel enforces memory, processes, files and descriptors by itself. CPU time, wall time and output are
watched from here: a timer fires when a limit could be reached at the earliest, and what ends the run is one
message to init, which kills the run's PID namespace.

The clocks run from the program's exec to its end, as init's shared page tells. What comes before and after
is our own work: it is bounded too, but what goes wrong there is never the program's fault.
"""

import asyncio
import contextlib
import errno
import os
import socket
import struct
import time
from collections.abc import Callable

from runtime import init_protocol as protocol
from runtime.capture import Capture
from runtime.cgroups import SlotCgroup
from runtime.container import Container
from runtime.errors import ContainerDied, SandboxFault, SetupFailed, SlotBroken
from runtime.feed import Feed, Listener
from runtime.init_protocol import Progress, Report
from runtime.limits import Limits
from runtime.outcome import CollectedFile, Kill, Outcome, StartError
from runtime.program import Program

# How long init may take to begin a run, to bring files back, and to end a run when told to.
_SETUP_S = 30.0
_COLLECT_S = 60.0
_KILL_ANSWER_S = 10.0
# Between two looks at a clock: when a run is about to begin or to reach its limit, and at most.
_SHORT_LOOK_S, _LONG_LOOK_S = 0.002, 0.1
_EXEC_STEP = protocol.STEPS.index("exec")
_FILES_STEP = protocol.STEPS.index("files")
_GVISOR_STEP = protocol.STEPS.index("gvisor")
# Want of memory or of descriptors while a run is set up is ours, not the program's.
_OUR_ERRORS = frozenset({errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.EIO})


class Run:
    """A run under way in a container."""

    def __init__(
        self,
        container: Container,
        cgroup: SlotCgroup,
        program: Program,
        limits: Limits,
        listener: Listener | None = None,
        *,
        warm: int = 0,
    ) -> None:
        """Nothing happens before `execute`. ``warm``: the interpreter of which it is a fork; 0: none."""
        self._warm = warm
        self._listener = listener
        self.abandoned = False
        self._container = container
        self._channel = container.channel
        self._cgroup = cgroup
        self._program = program
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._report: asyncio.Future[Report] = self._loop.create_future()
        self._killed_by: Kill | None = None
        self._kill_sent = False
        self._timers: dict[str, asyncio.TimerHandle] = {}

    async def execute(self, stdin: bytes | Feed) -> Outcome:
        """Runs the program; see `Slot.run`."""
        with contextlib.ExitStack() as undo:
            undo.callback(self._cancel_timers)
            self._cgroup.prepare(*self._container.overhead.limits(self._limits))
            stdout = self._capture(undo, self._limits.output_bytes, self._on_output_limit)
            stdout.listener = self._listener
            if isinstance(stdin, Feed):
                undo.callback(stdin.abandon)
            stderr = self._capture(undo, self._limits.output_bytes, self._on_output_limit)
            captures = [stdout, stderr]
            if self._program.collects:
                most = self._program.collect_bytes + protocol.MAX_COLLECTED_OVERHEAD_BYTES
                captures.append(self._capture(undo, most, self._on_endless_files))
            self._start(stdin, captures)
            report = await self._await_report()
            self._check(report)
            files = protocol.unpack_collected(captures[2].finish()) if captures[2:] else ()
            return self._outcome(report, stdout, stderr, files)

    def _capture(
        self, undo: contextlib.ExitStack, limit_bytes: int, on_overflow: Callable[[], None]
    ) -> Capture:
        capture = Capture(limit_bytes, self._container.payload_uid, on_overflow)
        undo.callback(capture.close)
        return capture

    def _start(self, stdin: bytes | Feed, captures: list[Capture]) -> None:
        collects = self._program.collects
        message = protocol.run_message(
            self._limits,
            collect_bytes=self._program.collect_bytes if collects else None,
            collect=self._program.collecting,
            warm=self._warm,
        )
        if isinstance(stdin, Feed):
            stdin_fd = stdin.take_read_end(self._container.payload_uid)
        else:
            stdin_fd = protocol.sealed_memory_file("stdin", stdin)
        # init clears the page too, but only when it gets to it.
        os.pwrite(self._container.page_fd, bytes(protocol.PROGRESS.size), 0)
        try:
            outputs = [capture.write_fd for capture in captures]
            fds = [stdin_fd, *outputs[:2], self._program.bundle_fd, *outputs[2:]]
            socket.send_fds(self._channel, [message], fds)
        except OSError as error:
            self.abandoned = True
            raise SlotBroken(f"init takes no message: {error.strerror}") from error
        finally:
            os.close(stdin_fd)
            for capture in captures:
                capture.close_write_end()
        self._set_timer("wall", self._limits.wall_time_s, self._check_wall_time)
        self._set_timer("cpu", self._limits.cpu_time_s, self._check_cpu_time)
        self._set_timer("memory", _LONG_LOOK_S, self._check_memory)
        self._set_timer("setup", _SETUP_S, self._check_setup)

    def _set_timer(self, name: str, delay_s: float, callback: Callable[[], None]) -> None:
        self._timers[name] = self._loop.call_later(delay_s, callback)

    def _cancel_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    async def _await_report(self) -> Report:
        try:
            return await asyncio.shield(self._report)
        except ContainerDied:
            self.abandoned = True
            if not self._cgroup.hit_memory_limit():
                raise
            return self._report_of_the_dead()
        except asyncio.CancelledError:
            # The caller has lost interest; the run must end all the same before the slot is reused.
            self._kill()
            try:
                async with asyncio.timeout(_KILL_ANSWER_S):
                    await asyncio.shield(self._report)
            except (TimeoutError, SlotBroken, asyncio.CancelledError):
                self.abandoned = True
            raise
        except SlotBroken:
            self.abandoned = True
            raise

    def _report_of_the_dead(self) -> Report:
        """What init would say, had the kernel not taken it along with the program.

        A program's files stay when it dies of them, until init ends the run. If init needs a page
        meanwhile there may be nobody left but itself to give one.
        """
        self._killed_by = Kill.MEMORY
        progress = Progress.read(self._container.page_fd)
        wall_s = cpu_s = 0.0
        if progress.start_ns:
            end_ns = progress.end_ns or time.monotonic_ns()
            wall_s = (end_ns - progress.start_ns) / 1e9
            cpu_s = (self._cgroup.cpu_ns() - progress.cpu_start_ns) / 1e9
        return Report.of_killed(wall_s, cpu_s)

    def _check(self, report: Report) -> None:
        """Raises SetupFailed unless the program ran, or could not because of what it is."""
        if report.step == protocol.RUNNING or self._start_error(report):
            return
        if report.killed and self._killed_by in (Kill.MEMORY, Kill.STOPPED):
            return  # its files alone were more than its memory, or nobody waits for it
        is_killed = os.WIFSIGNALED(report.wait_status)
        took_gvisor_along = report.step == _GVISOR_STEP and report.wall_s > 0
        if (is_killed or took_gvisor_along) and self._cgroup.oom_kills() > 0:
            return  # its files again, but the kernel was quicker than we; or gVisor with what it left
        if took_gvisor_along and is_killed and self._cgroup.pids_refused() > 0:
            return  # it has so many processes and threads that gVisor could not have its own
        self.abandoned = True
        raise SetupFailed(protocol.STEPS[report.step], report.error)

    def _start_error(self, report: Report) -> StartError | None:
        if not report.error or report.error in _OUR_ERRORS:
            return None
        if report.step == _EXEC_STEP:
            return StartError("exec", os.strerror(report.error))
        if report.step == _FILES_STEP:
            return StartError("files", os.strerror(report.error))
        return None

    def _outcome(
        self, report: Report, stdout: Capture, stderr: Capture, files: tuple[CollectedFile, ...]
    ) -> Outcome:
        signaled = os.WIFSIGNALED(report.wait_status)
        out, err = stdout.finish(), stderr.finish()
        peak_bytes = self._cgroup.peak_memory_bytes()
        memory_bytes = report.max_rss_bytes if peak_bytes is None else peak_bytes
        oom_kills = self._cgroup.oom_kills()
        if oom_kills and not self._cgroup.hit_memory_limit():
            raise SandboxFault("the host ran out of memory during a run")
        return Outcome(
            exit_code=None if signaled else os.WEXITSTATUS(report.wait_status),
            signal=os.WTERMSIG(report.wait_status) if signaled else None,
            killed_by=self._killed_by if report.killed else None,
            start_error=self._start_error(report),
            cpu_time_s=report.cpu_s,
            wall_time_s=report.wall_s,
            memory_bytes=max(0, memory_bytes - self._container.overhead.least_memory_bytes),
            oom_kills=oom_kills,
            pids_refused=self._cgroup.pids_refused(),
            leftover_processes=report.leftovers,
            stdout=out,
            stderr=err,
            stdout_truncated=stdout.truncated,
            stderr_truncated=stderr.truncated,
            files=files,
        )

    def _kill(self, reason: Kill | None = None) -> None:
        if self._kill_sent or self._report.done():
            return
        self._kill_sent = True
        self._killed_by = reason
        try:
            self._channel.send(protocol.KILL_MESSAGE)
        except OSError:
            self.on_death()
            return
        self._set_timer("answer", _KILL_ANSWER_S, lambda: self._fail("init does not end a run"))

    def _check_setup(self) -> None:
        if not Progress.read(self._container.page_fd).start_ns:
            self._fail("init does not begin a run")

    def _check_wall_time(self) -> None:
        progress = Progress.read(self._container.page_fd)
        if progress.end_ns:
            self._set_timer("collect", _COLLECT_S, lambda: self._fail("init collects for ever"))
            return
        left_s = self._limits.wall_time_s
        if progress.start_ns:
            left_s -= (time.monotonic_ns() - progress.start_ns) / 1e9
            if left_s <= 0:
                self._kill(Kill.WALL_TIME)
                return
        self._set_timer("wall", max(left_s, _SHORT_LOOK_S), self._check_wall_time)

    def _check_cpu_time(self) -> None:
        progress = Progress.read(self._container.page_fd)
        if progress.end_ns:
            return
        left_s = self._limits.cpu_time_s
        if progress.start_ns:
            try:
                left_s -= (self._cgroup.cpu_ns() - progress.cpu_start_ns) / 1e9
            except OSError as error:
                self._fail(f"its CPU clock cannot be read: {error.strerror}")
                return
            if left_s <= 0:
                self._kill(Kill.CPU_TIME)
                return
        # A slot without a core of its own may burn faster than the clock goes, hence the most.
        look_s = min(max(left_s, _SHORT_LOOK_S), _LONG_LOOK_S)
        self._set_timer("cpu", look_s, self._check_cpu_time)

    def _check_memory(self) -> None:
        if Progress.read(self._container.page_fd).end_ns:
            return
        try:
            starving = self._cgroup.is_starving()
        except OSError as error:
            self._fail(f"its memory cannot be read: {error.strerror}")
            return
        if starving:
            self._kill(Kill.MEMORY)
        else:
            self._set_timer("memory", _LONG_LOOK_S, self._check_memory)

    def _on_output_limit(self) -> None:
        self._kill(Kill.OUTPUT)

    def _on_endless_files(self) -> None:
        self._fail("init sends more files than it was asked for")

    def stop(self) -> None:
        """Ends the run before its time, because its outcome does not matter any more."""
        self._kill(Kill.STOPPED)

    def on_oom(self) -> None:
        """Memory ran out and the kernel has killed, or is about to kill, one process."""
        self._kill(Kill.MEMORY)

    def on_report(self, message: bytes) -> None:
        """init's report has arrived."""
        if self._report.done():
            return
        try:
            self._report.set_result(Report.parse(message))
        except (ValueError, struct.error) as error:
            self._report.set_exception(SlotBroken(f"init sent what is not a report: {error}"))

    def on_death(self) -> None:
        """The container has died under the run."""
        self._end(ContainerDied("the container died during a run"))

    def _fail(self, reason: str) -> None:
        self._end(SlotBroken(reason))

    def _end(self, error: SlotBroken) -> None:
        if not self._report.done():
            self._report.set_exception(error)
