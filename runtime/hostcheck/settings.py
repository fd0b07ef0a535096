"""Settings of the kernel and the processor that weaken runs or make them vary.

The second kind follows what isolate, the sandbox of the IOI, asks of a contest machine.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runtime.hostcheck.finding import Finding, Level
from runtime.hostcheck.machine import Machine


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in files.

    Attributes:
        name: as in `Finding`.
        pattern: its file or files, as a glob below the root.
        is_bad: tells a bad value.
        level: how bad it is then.
        harm: what it does.
        mend: a command that changes it.
    """

    name: str
    pattern: str
    is_bad: Callable[[str], bool]
    level: Level
    harm: str
    mend: str


def is_one(value: str) -> bool:
    """For switches."""
    return value == "1"


def is_zero(value: str) -> bool:
    """For switches whose harm is to be off."""
    return value == "0"


SETTINGS = (
    Setting("user namespace limit", "proc/sys/user/max_user_namespaces", is_zero, Level.FAIL,
            "no user namespace can be made", "sysctl user.max_user_namespaces=10000"),
    Setting("core dumps", "proc/sys/kernel/core_pattern", lambda value: value[:1] in ("|", "@"),
            Level.CAUTION, "a program that crashes feeds a program of the host's root, whatever "
            "its limits are", "sysctl kernel.core_pattern=core"),
    Setting("hard links", "proc/sys/fs/protected_hardlinks", is_zero, Level.CAUTION,
            "users can link to files that they cannot read", "sysctl fs.protected_hardlinks=1"),
    Setting("ASLR", "proc/sys/kernel/randomize_va_space", lambda value: value != "0",
            Level.CAUTION, "addresses differ from run to run, and times a little with them",
            "sysctl kernel.randomize_va_space=0, on a machine that does nothing else"),
    Setting("SMT", "sys/devices/system/cpu/smt/active", is_one, Level.CAUTION,
            "two slots may share one core", "echo off > /sys/devices/system/cpu/smt/control"),
    Setting("huge pages", "sys/kernel/mm/transparent_hugepage/enabled",
            lambda value: "[always]" in value, Level.CAUTION,
            "the memory that a program needs varies",
            "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"),
    Setting("CPU governor", "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor",
            lambda value: value != "performance", Level.CAUTION,
            "the clock follows the load, and times the clock",
            "cpupower frequency-set --governor performance"),
    Setting("turbo", "sys/devices/system/cpu/cpufreq/boost", is_one, Level.CAUTION,
            "the clock depends on the other cores' load",
            "echo 0 > /sys/devices/system/cpu/cpufreq/boost"),
    Setting("turbo (Intel)", "sys/devices/system/cpu/intel_pstate/no_turbo", is_zero,
            Level.CAUTION, "the clock depends on the other cores' load",
            "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo"),
)  # fmt: skip


def check_settings(machine: Machine) -> Iterator[Finding]:
    """One finding for each of `SETTINGS`."""
    for setting in SETTINGS:
        files = machine.root.glob(setting.pattern)
        values = {path.read_text(errors="replace").strip() for path in files}
        yield judge_setting(setting, values)


def judge_setting(setting: Setting, values: set[str]) -> Finding:
    """A setting with the different values that its files have; none where there is no file."""
    bad = sorted(value for value in values if setting.is_bad(value))
    if bad:
        shown = f"{_one_line(bad)}: {setting.harm}"
        return Finding(setting.name, setting.level, shown, setting.mend)
    shown = _one_line(sorted(values)) or "this machine does not show it"
    return Finding(setting.name, Level.PASS, shown)


def _one_line(values: list[str]) -> str:
    return re.sub(r"[^!-~]+", " ", ", ".join(values))[:80]
