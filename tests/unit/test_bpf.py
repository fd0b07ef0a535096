"""The filter's assembler, against libseccomp and against what a policy means; run in a simulation."""

import errno
import os
import tempfile

import pyseccomp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.bpf import ALLOW, DO_NOTHING, KILL_PROCESS, ArgumentRule, Meaning, assemble, fail_with
from runtime.seccomp import compile_policy, load_policy
from tests.bpf import X86_64, Filter

_MOST_INSTRUCTIONS = 4096  # the kernel's BPF_MAXINSNS
_ENOSYS, _EPERM = fail_with(errno.ENOSYS), fail_with(errno.EPERM)
_BITS = st.integers(0, 2**64 - 1)
_SMALL = st.integers(0, 3)


def by_libseccomp() -> Filter:
    """The default policy as libseccomp compiles it."""
    policy = load_policy("default")
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)
    for names, action in (
        (policy.allow, pyseccomp.ALLOW),
        (policy.refuse, pyseccomp.ERRNO(errno.EPERM)),
        (("sendfile",), pyseccomp.ERRNO(errno.EINVAL)),
    ):
        for name in names:
            try:
                if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
                    rules.add_rule(action, name)
            except (OSError, ValueError):
                continue  # not known to this libseccomp
    arg = pyseccomp.Arg
    rules.add_rule(pyseccomp.ALLOW, "clone", arg(0, pyseccomp.MASKED_EQ, 0x7E020000, 0))
    for family in policy.socket_families:
        for name in ("socket", "socketpair"):
            rules.add_rule(pyseccomp.ALLOW, name, arg(0, pyseccomp.EQ, family))
    for persona in (0, 0x40000, 0xFFFFFFFF):
        rules.add_rule(pyseccomp.ALLOW, "personality", arg(0, pyseccomp.EQ, persona))
    for request in policy.ioctl_requests:
        rules.add_rule(pyseccomp.ALLOW, "ioctl", arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request))
    usual = arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, 0)
    rules.add_rule(pyseccomp.ERRNO(0), "sched_setscheduler", usual)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        return Filter(os.pread(file.fileno(), 1 << 20, 0))


OURS, THEIRS = Filter(compile_policy(load_policy("default"))), by_libseccomp()
RULED = [
    pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    for name in (
        "clone",
        "socket",
        "socketpair",
        "personality",
        "ioctl",
        "sendfile",
        "sched_setscheduler",
    )
]
TRICKY = st.one_of(
    _BITS,
    st.sampled_from([0, 1, 2, 0x40000, 0xFFFFFFFF, 0x5401, 0x7E020000, 0x10000000, 0x11]),
    st.builds(
        lambda high, low: high << 32 | low,
        st.sampled_from([0, 1, 0xFFFFFFFF]),
        st.sampled_from([0, 1, 0x5401, 0x5412, 0x802C542A, 0x40000, 0xFFFFFFFF]),
    ),
)


@pytest.mark.parametrize("arguments", [(0, 0), (2**64 - 1,) * 6])
def test_every_call_gets_the_answer_that_libseccomp_gives(arguments: tuple[int, ...]):
    numbers = [*range(700), 0x3FFFFFFF, 0x40000000, 0x40000001, 0xFFFFFFFE, 0xFFFFFFFF]
    for number in numbers:
        assert OURS.answer(number, arguments) == THEIRS.answer(number, arguments), number


@given(number=st.sampled_from(RULED), arguments=st.lists(TRICKY, min_size=2, max_size=6))
@settings(max_examples=500)
def test_every_argument_gets_the_answer_that_libseccomp_gives(number: int, arguments: list[int]):
    assert OURS.answer(number, arguments) == THEIRS.answer(number, arguments)


@given(number=st.integers(0, 2**32 - 1), architecture=st.integers(0, 2**32 - 1))
def test_other_interfaces_end_the_program(number: int, architecture: int):
    if architecture != X86_64:
        assert OURS.answer(number, architecture=architecture) == KILL_PROCESS


def test_it_is_much_shorter_than_libseccomps():
    assert len(OURS.instructions) < len(THEIRS.instructions) / 2


def meant(calls: dict[int, Meaning], number: int, arguments: list[int]) -> int:
    """What a filter should answer, said without one."""
    if number == 0xFFFFFFFF:
        return _ENOSYS
    if number >= 0x40000000:
        return KILL_PROCESS
    meaning = calls.get(number, _ENOSYS)
    if not isinstance(meaning, ArgumentRule):
        return meaning
    value = arguments[meaning.argument] & meaning.mask
    return meaning.action if value in meaning.values else _ENOSYS


RULES = st.builds(
    lambda argument, mask, values, action: ArgumentRule(
        argument, mask, tuple(value & mask & 0xFFFFFFFF for value in values), action
    ),
    st.integers(0, 5),
    st.sampled_from([0xFFFFFFFF, 2**64 - 1, 0xF0, 0xFFFFFFFF_0000000F]),
    st.lists(_SMALL, min_size=1, max_size=4),
    st.sampled_from([ALLOW, DO_NOTHING]),
)
CALLS = st.dictionaries(
    st.integers(0, 60), st.one_of(st.sampled_from([ALLOW, _EPERM, _ENOSYS]), RULES), max_size=60
)


@given(
    calls=CALLS,
    numbers=st.lists(st.integers(0, 70), min_size=1, max_size=20),
    arguments=st.lists(st.one_of(_SMALL, _BITS), min_size=6, max_size=6),
)
def test_a_filter_answers_what_is_meant(
    calls: dict[int, Meaning], numbers: list[int], arguments: list[int]
):
    program = Filter(assemble(calls, _ENOSYS))
    for number in [*numbers, 0x40000000, 0xFFFFFFFF]:
        assert program.answer(number, arguments) == meant(calls, number, arguments)


def test_a_long_policy_is_answered_too_though_no_jump_reaches_its_end():
    actions = [ALLOW, _EPERM, fail_with(errno.EINVAL), _ENOSYS]
    calls: dict[int, Meaning] = {number: actions[number * 7 % 4] for number in range(1500)}
    calls |= {
        number: ArgumentRule(1, 2**64 - 1, tuple(range(number % 13 + 1)))
        for number in range(0, 1500, 19)
    }
    program = Filter(assemble(calls, _ENOSYS))
    assert 255 < len(program.instructions) < _MOST_INSTRUCTIONS
    for number in range(1600):
        for value in (0, 5, 12, 1 << 32):
            assert program.answer(number, [0, value]) == meant(calls, number, [0, value]), number
