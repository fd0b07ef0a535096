"""The default policy, compiled: run in a simulation, and once for real in a child process."""

import errno
import json
import subprocess
import sys

import pyseccomp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import HostNotReady
from runtime.seccomp import compile_policy, load_policy
from tests.bpf import ALLOW, KILL_PROCESS, Filter, refusal

POLICY = load_policy("default")
FILTER = Filter(compile_policy(POLICY))
X32 = 0x40000000
# With rules about their arguments.
WITH_RULES = {
    "clone",
    "socket",
    "socketpair",
    "personality",
    "ioctl",
    "sendfile",
    "sched_setscheduler",
}
# Not known to libseccomp 2.5.4, so the default refuses them; a newer one may know them.
UNKNOWN_TO_SOME = {"listmount", "statmount", "socketcall", "umount"}
# From the list of attacks: whoever allows one of these has to think about it first.
_DANGEROUS = """
unshare setns clone3 mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick open_tree
move_mount mount_setattr ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp
bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key
request_key kexec_load kexec_file_load init_module finit_module delete_module modify_ldt
name_to_handle_at open_by_handle_at splice tee vmsplice sendfile cachestat memfd_secret
remap_file_pages quotactl quotactl_fd move_pages migrate_pages set_mempolicy mq_open mq_unlink
msgget msgsnd msgrcv msgctl inotify_add_watch fanotify_init fanotify_mark setxattr lsetxattr
fsetxattr mknod mknodat reboot swapon swapoff acct syslog iopl ioperm settimeofday clock_settime
clock_adjtime adjtimex sethostname setdomainname seccomp landlock_create_ruleset
sched_setscheduler sched_setparam sched_setattr ioprio_set vhangup
"""
DANGEROUS = _DANGEROUS.split()

arguments = st.lists(st.integers(0, 2**64 - 1), min_size=6, max_size=6)
# Values whose low half looks like an allowed one, as a caller would use to get around a rule.
tricky = st.one_of(
    st.integers(0, 2**64 - 1),
    st.integers(0, 300),
    st.builds(lambda high, low: high << 32 | low, st.integers(0, 2**32 - 1), st.integers(0, 50)),
)


def number(name: str) -> int:
    resolved = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    assert isinstance(resolved, int)
    return resolved


def is_native(name: str) -> bool:
    """Whether this machine's interface has the call, and libseccomp knows it."""
    try:
        return number(name) >= 0
    except (OSError, ValueError):
        return False


# --- the file -------------------------------------------------------------------------------------


def test_no_name_is_listed_twice():
    names = [*POLICY.allow, *POLICY.refuse]
    assert sorted(set(names)) == sorted(names)


def test_no_name_with_a_rule_is_listed_without_one():
    assert set() == WITH_RULES & {*POLICY.allow, *POLICY.refuse}


def test_every_name_exists():
    unknown = {name for name in (*POLICY.allow, *POLICY.refuse) if not is_native(name)}
    assert set() == unknown - UNKNOWN_TO_SOME


@pytest.mark.parametrize("name", ["no-such-policy", "", "../default", "/etc/passwd"])
def test_an_unknown_policy_is_refused_and_the_known_ones_are_named(name: str):
    with pytest.raises(HostNotReady, match="default"):
        load_policy(name)


# --- the compiled program -------------------------------------------------------------------------


def test_the_program_fits_the_kernel_and_is_the_same_every_time():
    assert len(FILTER.program) == 8 * len(FILTER.instructions)
    assert len(FILTER.instructions) <= 4096
    assert FILTER.program == compile_policy(load_policy("default"))


@given(name=st.sampled_from(POLICY.allow), args=arguments)
def test_allowed_calls_are_allowed_whatever_their_arguments(name: str, args: list[int]):
    assert ALLOW == FILTER.answer(number(name), args)


@given(name=st.sampled_from([name for name in POLICY.refuse if is_native(name)]), args=arguments)
def test_refused_calls_fail_with_eperm_whatever_their_arguments(name: str, args: list[int]):
    assert refusal(errno.EPERM) == FILTER.answer(number(name), args)


LISTED = {number(name) for name in (*POLICY.allow, *POLICY.refuse, *WITH_RULES) if is_native(name)}


@given(call=st.integers(0, X32 - 1) | st.integers(0, 600), args=arguments)
def test_what_is_not_listed_looks_absent(call: int, args: list[int]):
    if call not in LISTED:
        assert refusal(errno.ENOSYS) == FILTER.answer(call, args)


def test_every_call_of_this_machine_has_an_answer():
    answers = {FILTER.answer(call) for call in range(1000)}
    errors = (errno.EPERM, errno.ENOSYS, errno.EINVAL, errno.EAFNOSUPPORT)
    nothing_done = refusal(0)
    assert {ALLOW} <= answers <= {ALLOW, nothing_done, *(refusal(error) for error in errors)}


@given(call=st.integers(X32, 2**32 - 2) | st.integers(X32, X32 + 600), args=arguments)
def test_the_x32_interface_ends_the_program(call: int, args: list[int]):
    assert KILL_PROCESS == FILTER.answer(call, args)


def test_the_number_minus_one_is_not_allowed():
    assert FILTER.answer(2**32 - 1) != ALLOW


@given(
    architecture=st.integers(0, 2**32 - 1) | st.sampled_from([0x40000003, 0xC00000B7]),
    call=st.integers(0, 600),
)
def test_any_other_architecture_ends_the_program(architecture: int, call: int):
    if architecture != 0xC000003E:
        assert KILL_PROCESS == FILTER.answer(call, architecture=architecture)


@pytest.mark.parametrize("name", DANGEROUS)
def test_dangerous_calls_are_not_allowed(name: str):
    assert FILTER.answer(number(name)) != ALLOW


# --- rules about arguments ------------------------------------------------------------------------

NEW_NAMESPACES = [
    0x00020000,
    0x02000000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
]


@given(flags=st.integers(0, 2**64 - 1) | st.sampled_from([0x003D0F00, 0x01200011, 17]))
def test_clone_makes_threads_and_processes_but_no_namespaces(flags: int):
    makes_namespaces = any(flags & flag for flag in NEW_NAMESPACES)
    assert (not makes_namespaces) == (ALLOW == FILTER.answer(number("clone"), [flags]))


def test_clone3_looks_absent():
    # Its flags lie in memory, where a filter cannot look; libraries then use clone.
    assert refusal(errno.ENOSYS) == FILTER.answer(number("clone3"))


@pytest.mark.parametrize("name", ["socket", "socketpair"])
@given(family=tricky)
def test_sockets_are_of_the_listed_families_only(name: str, family: int):
    allowed = family in POLICY.socket_families
    assert allowed == (ALLOW == FILTER.answer(number(name), [family]))


@given(persona=tricky | st.sampled_from([0x40000, 0xFFFFFFFF, 0x400000, 0x8]))
def test_only_harmless_personalities_are_allowed(persona: int):
    # PER_LINUX, ADDR_NO_RANDOMIZE, and asking; not READ_IMPLIES_EXEC or PER_LINUX32.
    allowed = persona in {0, 0x40000, 0xFFFFFFFF}
    assert allowed == (ALLOW == FILTER.answer(number("personality"), [persona]))


@given(request=st.sampled_from(POLICY.ioctl_requests) | tricky, high=st.integers(0, 2**32 - 1))
def test_ioctl_looks_at_the_half_that_the_kernel_looks_at(request: int, high: int):
    low = request & 0xFFFFFFFF
    allowed = low in POLICY.ioctl_requests
    assert allowed == (ALLOW == FILTER.answer(number("ioctl"), [0, high << 32 | low]))


@pytest.mark.parametrize("request_number", [0x5412, 0x541C, 0x5422, 0x540E], ids=hex)
def test_nothing_can_be_pushed_into_a_terminal(request_number: int):
    assert FILTER.answer(number("ioctl"), [0, request_number]) != ALLOW


@given(args=arguments)
def test_sendfile_fails_in_the_way_that_makes_libraries_copy(args: list[int]):
    assert refusal(errno.EINVAL) == FILTER.answer(number("sendfile"), args)


@given(policy=st.integers(1, 2**32 - 1) | st.integers(0, 7), high=st.integers(0, 2**32 - 1))
def test_asking_for_the_usual_scheduling_does_nothing_and_for_another_fails(policy: int, high: int):
    answer = FILTER.answer(number("sched_setscheduler"), [0, high << 32 | policy])
    assert refusal(errno.ENOSYS if policy else 0) == answer


# --- for real -------------------------------------------------------------------------------------

PROBE = """
import ctypes, json, os, sys
program = sys.stdin.buffer.read()
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(program, len(program))
class Fprog(ctypes.Structure):
    _fields_ = [("size", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
if program:
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    fprog = Fprog(len(program) // 8, ctypes.addressof(buffer))
    assert libc.prctl(22, 2, ctypes.byref(fprog)) == 0, os.strerror(ctypes.get_errno())
def call(*words):
    return 0 if libc.syscall(*map(ctypes.c_long, words)) >= 0 else ctypes.get_errno()
answers = {
    "getppid": call(110), "ptrace": call(101, 2, 0, 0, 0), "keyctl": call(250, 99),
    "splice": call(275, -1, 0, -1, 0, 0, 0), "clone3": call(435, 0, 0),
    "unix socket": call(41, 1, 1, 0), "sendfile": call(40, -1, -1, 0, 0), "no such": call(999),
    "usual": call(144, 0, 0, 0), "real time": call(144, 0, 1, 0),
}
child = os.fork()
if child == 0:
    call(0x40000000 + 39)
    os._exit(0)
answers["x32"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps(answers))
"""


def answers_of_the_kernel(program: bytes) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], input=program, capture_output=True, check=True
    )
    answers = json.loads(done.stdout)
    assert isinstance(answers, dict)
    return answers


def test_the_kernel_does_what_the_simulation_says():
    assert {
        "getppid": 0, "ptrace": errno.EPERM, "keyctl": errno.EPERM, "splice": errno.EPERM,
        "clone3": errno.ENOSYS, "unix socket": 0, "sendfile": errno.EINVAL,
        "no such": errno.ENOSYS, "usual": 0, "real time": errno.ENOSYS, "x32": -31,
    } == answers_of_the_kernel(FILTER.program)  # fmt: skip


def test_without_the_filter_the_kernel_answers_otherwise():
    answers = answers_of_the_kernel(b"")
    expected = {"getppid": 0, "unix socket": 0, "sendfile": errno.EBADF, "ptrace": errno.ESRCH}
    assert expected == {name: answers[name] for name in expected}
    assert answers["splice"] != errno.EPERM
    assert 0 == answers["x32"]
