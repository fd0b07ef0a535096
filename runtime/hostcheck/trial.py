"""Trying things out, in forked copies of this process that leave nothing behind.

What a kernel refuses depends on its configuration, its security modules and the container that we
may be in ourselves; doing it once is the only answer that holds. Each copy makes its mounts in a
mount namespace of its own, which goes with it.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from runtime import syscalls
from runtime.hostcheck.finding import Finding, Level

_MOST_S = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try.

    Attributes:
        name: as in `Finding`.
        act: does it in a copy of this process, after the steps before it; raises OSError.
        found: what is so when it works.
        mend: what helps when it does not.
        failure: how bad that is. What is not a FAIL must be the last step.
    """

    name: str
    act: Callable[[], None]
    found: str
    mend: str
    failure: Level = Level.FAIL


def try_steps(steps: Sequence[Step]) -> Iterator[Finding]:
    """Tries steps one after the other, each on top of what those before it have made."""
    done, error = in_child([step.act for step in steps])
    for index, step in enumerate(steps):
        if index < done:
            yield Finding(step.name, Level.PASS, step.found)
        elif index == done:
            mend = step.mend if os.geteuid() == 0 else "run as root"
            yield Finding(step.name, step.failure, error, mend)
        else:
            yield Finding(step.name, step.failure, f"not tried without: {steps[done].name}")


def in_child(acts: Sequence[Callable[[], None]]) -> tuple[int, str]:
    """Does things in a forked copy of this process, up to the first that fails.

    Returns:
        How many succeeded, and what the next one's error was ("" if there was none).
    """
    with os.fdopen(os.memfd_create("trial"), "r+b", buffering=0) as file:
        pid = os.fork()
        if pid == 0:
            _do_and_exit(acts, file.fileno())
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        said = os.pread(file.fileno(), 65_536, 0)
    dots, _, error = said.partition(b"!")
    done = len(dots)
    if done < len(acts) and not error:
        return done, f"the trial ended with status {status} (negative: a signal)"
    return done, error.decode(errors="replace")


def _do_and_exit(acts: Sequence[Callable[[], None]], log_fd: int) -> NoReturn:
    """Logs ``.`` for each thing done, then ``!`` and what went wrong."""
    try:
        # Two ends that need nobody: of the time, and of the one who waits for us.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_MOST_S)
        syscalls.process_control(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        for act in acts:
            act()
            os.write(log_fd, b".")
    except BaseException as error:  # noqa: BLE001 - a copy must never go on as if it were the caller
        os.write(log_fd, f"!{str(error) or repr(error)}".encode(errors="replace"))
    finally:
        os._exit(0)
