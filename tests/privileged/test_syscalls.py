"""The system-call filter at work, in a real run; each denial has its control without the filter."""

import pytest

from tests.privileged.lab import QUICK, ROOMY, Runner
from tests.privileged.outcomes import ended, lines

EPERM, EINVAL, ENOSYS = 1, 22, 38
AF_UNIX, AF_INET, AF_NETLINK = 1, 2, 16
KILLED = (None, 31, None)

# Without the filter these get through to the kernel of any machine: succeed, or fail otherwise.
OPEN_TO_ANYBODY = {
    "ptrace", "process_vm_readv", "splice", "tee", "vmsplice", "keyctl", "add_key", "msgget",
    "mq_open", "inotify_add_watch", "io_uring_enter", "name_to_handle_at", "remap_file_pages",
    "ioprio_set", "sched_setscheduler", "set_mempolicy", "pidfd_getfd", "setns", "clone3",
    "sendfile", "unshare-user", "clone-user",
}  # fmt: skip


def answers(runner: Runner, *, filtered: bool) -> dict[str, int]:
    """What each system call of syscalls.c says: 0 or an error number."""
    outcome = runner.c_file("syscalls.c", filtered=filtered, limits=QUICK)
    return {name: int(error) for name, error in (line.split() for line in lines(outcome))}


def test_refused_system_calls_never_reach_the_kernel(runner: Runner):
    found = answers(runner, filtered=True)
    assert EINVAL == found.pop("sendfile")
    assert {} == {name: error for name, error in found.items() if error not in {EPERM, ENOSYS}}


def test_without_the_filter_they_would(runner: Runner):
    found = answers(runner, filtered=False)
    stopped = {name for name, error in found.items() if error in {EPERM, ENOSYS}}
    assert set() == OPEN_TO_ANYBODY & stopped


def test_clone3_looks_absent_so_that_libraries_fall_back(runner: Runner):
    assert ENOSYS == answers(runner, filtered=True)["clone3"]


def made_sockets(runner: Runner, *, filtered: bool) -> set[tuple[str, int]]:
    """The calls and families with which the kernel made a socket, or refused only its type."""
    found = (
        line.split() for line in lines(runner.c_file("sockets.c", filtered=filtered, limits=ROOMY))
    )
    return {(call, int(family)) for call, family, _, _ in found}


def test_only_local_sockets_can_be_made(runner: Runner):
    assert {("socket", AF_UNIX), ("socketpair", AF_UNIX)} == made_sockets(runner, filtered=True)


def test_without_the_filter_others_could_be_made(runner: Runner):
    made = made_sockets(runner, filtered=False)
    assert {("socket", AF_INET), ("socket", AF_NETLINK)} <= made


@pytest.mark.parametrize("interface", ["i386", "x32"])
def test_other_system_call_interfaces_end_the_program(runner: Runner, interface: str):
    assert KILLED == ended(runner.c_file("old_abi.c", interface))


def test_without_the_filter_another_interface_would_be_there(runner: Runner):
    assert ["survived"] == lines(runner.c_file("old_abi.c", "x32", filtered=False))


@pytest.mark.parametrize(
    "act", ["os.setuid(0)", "os.setgid(0)", "os.setgroups([0])", "os.setresuid(0, 0, 0)"]
)
def test_nobody_becomes_root(runner: Runner, act: str):
    code = f"import os\ntry: {act}\nexcept PermissionError: print('refused', os.getuid())"
    assert ["refused 1000"] == lines(runner.python(code))
    # Not only the filter stands in the way.
    assert ["refused 1000"] == lines(runner.python(code, filtered=False))


def test_a_filter_of_the_programs_own_does_not_lift_ours(runner: Runner):
    # prctl(PR_SET_SECCOMP) with a filter that allows everything: the strictest answer counts.
    source = """
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {1, &allow};
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
  printf("%d\\n", syscall(SYS_ptrace, 0, 0, 0, 0) < 0 ? errno : 0);
  return 0;
}
"""
    assert [str(EPERM)] == lines(runner.c(source))
