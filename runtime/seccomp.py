"""The system calls that a program may use: a policy file, compiled once. libseccomp knows the numbers.

A policy is an allow-list. What it does not name fails with ENOSYS, as on a kernel that does not have
the call, so that C libraries fall back; what it names as refused fails with EPERM. Calls by the 32-bit
and the x32 ABI end the program with SIGSYS.
"""

import errno
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pyseccomp

from runtime.bpf import ALLOW, DO_NOTHING, ArgumentRule, Meaning, assemble, fail_with
from runtime.errors import HostNotReady

POLICIES = Path(__file__).parent / "policies"
_CLONE_NEW_FLAGS = 0x7E020000
_PERSONALITIES = (0, 0x40000, 0xFFFFFFFF)
_LOW_32_BITS = 0xFFFFFFFF
_ALL_BITS = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as its file states it; names are the kernel's."""

    allow: tuple[str, ...]
    refuse: tuple[str, ...]
    socket_families: tuple[int, ...]
    ioctl_requests: tuple[int, ...]


def load_policy(name: str) -> Policy:
    """Reads ``policies/<name>.toml``. Raises HostNotReady if there is none of that name."""
    path = POLICIES / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in POLICIES.glob("*.toml")))
        raise HostNotReady(f"no system-call policy {name!r}; there are: {known}")
    data = tomllib.loads(path.read_text())
    return Policy(
        allow=tuple(data["allow"].split()),
        refuse=tuple(data["refuse"].split()),
        socket_families=tuple(data["socket_families"]),
        ioctl_requests=tuple(data["ioctl_requests"]),
    )


def compile_policy(policy: Policy) -> bytes:
    """The policy as a program for the kernel (an array of ``struct sock_filter``).

    Names that this libseccomp is too old to know are left out: the default refuses them.
    """
    calls: dict[int, Meaning] = {}
    meanings = [
        *((name, ALLOW) for name in policy.allow),
        *((name, fail_with(errno.EPERM)) for name in policy.refuse),
        *_argument_rules(policy).items(),
    ]
    for name, meaning in meanings:
        number = _number(name)
        if number is not None:
            calls[number] = meaning
    return assemble(calls, fail_with(errno.ENOSYS))


def _number(name: str) -> int | None:
    """The kernel's number of a system call, if this libseccomp knows one."""
    try:
        number = int(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name))
    except (OSError, ValueError):
        return None
    return number if number >= 0 else None


def _argument_rules(policy: Policy) -> dict[str, Meaning]:
    families = ArgumentRule(0, _ALL_BITS, policy.socket_families)
    return {
        "clone": ArgumentRule(0, _CLONE_NEW_FLAGS, (0,)),
        "socket": families,
        "socketpair": families,
        "personality": ArgumentRule(0, _ALL_BITS, _PERSONALITIES),
        # It moves page-cache pages into pipes; EINVAL makes libuv and Python fall back to copying.
        "sendfile": fail_with(errno.EINVAL),
        "ioctl": ArgumentRule(1, _LOW_32_BITS, policy.ioctl_requests),
        # Mono asks each thread to have the usual scheduling, and complains on stdout where it may not.
        "sched_setscheduler": ArgumentRule(1, _LOW_32_BITS, (os.SCHED_OTHER,), DO_NOTHING),
    }
