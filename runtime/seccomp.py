"""The system calls that a program may use: a policy file, compiled once by libseccomp.

A policy is an allow-list. What it does not name fails with ENOSYS, as on a kernel that does not have
the call, so that C libraries fall back; what it names as refused fails with EPERM. Calls by the 32-bit
and the x32 ABI end the program with SIGSYS.
"""

import errno
import os
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pyseccomp

from runtime.errors import HostNotReady

POLICIES = Path(__file__).parent / "policies"
_OPTIMIZE_BINARY_TREE = 2
_CLONE_NEW_FLAGS = 0x7E020000
_PERSONALITIES = (0, 0x40000, 0xFFFFFFFF)
_LOW_32_BITS = 0xFFFFFFFF


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
    refused = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    rules.set_attr(pyseccomp.Attr.CTL_OPTIMIZE, _OPTIMIZE_BINARY_TREE)
    rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)
    for name in policy.allow:
        if _is_known(name):
            rules.add_rule(pyseccomp.ALLOW, name)
    for name in policy.refuse:
        if _is_known(name):
            rules.add_rule(refused, name)
    _add_argument_rules(rules, policy)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        return os.pread(file.fileno(), 1 << 20, 0)


def _is_known(name: str) -> bool:
    try:
        return bool(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0)
    except (OSError, ValueError):
        return False


def _add_argument_rules(rules: pyseccomp.SyscallFilter, policy: Policy) -> None:
    arg = pyseccomp.Arg
    rules.add_rule(pyseccomp.ALLOW, "clone", arg(0, pyseccomp.MASKED_EQ, _CLONE_NEW_FLAGS, 0))
    for family in policy.socket_families:
        for name in ("socket", "socketpair"):
            rules.add_rule(pyseccomp.ALLOW, name, arg(0, pyseccomp.EQ, family))
    for persona in _PERSONALITIES:
        rules.add_rule(pyseccomp.ALLOW, "personality", arg(0, pyseccomp.EQ, persona))
    # sendfile moves page-cache pages into pipes; EINVAL makes libuv and Python fall back to copying.
    rules.add_rule(pyseccomp.ERRNO(errno.EINVAL), "sendfile")
    for request in policy.ioctl_requests:
        rules.add_rule(pyseccomp.ALLOW, "ioctl", arg(1, pyseccomp.MASKED_EQ, _LOW_32_BITS, request))
