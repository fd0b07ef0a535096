"""What this machine can and cannot do for the runtime: `check_host`.

Theory of operation. Each check yields findings: PASS; CAUTION, where it works but is weaker or less
repeatable than it could be; FAIL, where the runtime cannot work. What can only be known by doing is
done in a forked copy of this process, in namespaces of its own (``trial.py``, ``kernel_trials.py``).
Nothing is changed and nothing is left. A check that cannot look says so in a finding; it never
raises, since the next one may say why.

``versions.py`` is the table of known bugs, ``settings.py`` that of sysctls and their like.

Not covered: free disk space, the images, and how fast the machine is.
"""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from runtime.hostcheck.finding import Finding, Level
from runtime.hostcheck.kernel_trials import try_kernel
from runtime.hostcheck.machine import (
    Machine,
    check_capabilities,
    check_cgroups,
    check_ids,
    check_kernel,
    check_platform,
    check_swap,
)
from runtime.hostcheck.settings import check_settings
from runtime.hostcheck.tools import check_crun, check_init, check_libseccomp, check_runsc

__all__ = ["Finding", "Level", "check_host"]

Check = Callable[[Machine], Iterator[Finding]]

# A name, the check, and what it means when it cannot look.
CHECKS: tuple[tuple[str, Check, Level], ...] = (
    ("platform", check_platform, Level.FAIL),
    ("kernel", check_kernel, Level.CAUTION),
    ("capabilities", check_capabilities, Level.FAIL),
    ("user ids", check_ids, Level.FAIL),
    ("cgroups", check_cgroups, Level.FAIL),
    ("swap", check_swap, Level.CAUTION),
    ("kernel by trial", lambda _: try_kernel(), Level.FAIL),
    ("libseccomp", check_libseccomp, Level.FAIL),
    ("crun", check_crun, Level.FAIL),
    ("init", check_init, Level.FAIL),
    ("runsc", check_runsc, Level.FAIL),
    ("settings", check_settings, Level.CAUTION),
)


def check_host(
    crun: str = "crun",
    *,
    init_directory: Path = Path("/var/lib/sandbox/init"),
    first_uid: int = 0x7000_0000,
    runsc: str = "",
) -> list[Finding]:
    """All findings about this machine, for this process. Never raises; takes well below a second.

    It forks, so call it before the process starts threads. The arguments are those of `PoolConfig`,
    which is not imported: it cannot be where libseccomp is missing.
    """
    return run_checks(Machine(Path("/"), crun, init_directory, first_uid, runsc))


def run_checks(
    machine: Machine, checks: Sequence[tuple[str, Check, Level]] = CHECKS
) -> list[Finding]:
    """The findings of all checks; what keeps one from looking is a finding, too."""
    findings: list[Finding] = []
    for name, check, level in checks:
        try:
            findings.extend(check(machine))
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            findings.append(Finding(name, level, f"cannot be told: {error}"))
    return findings
