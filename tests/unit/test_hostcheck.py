"""The host check: versions, parsers and tables on made-up input, and whole made-up machines."""

import dataclasses
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.cgroups import Layout
from runtime.hostcheck import (
    CHECKS,
    Finding,
    Level,
    check_host,
    kernel_trials,
    run_checks,
    trial,
)
from runtime.hostcheck.machine import (
    NEEDED_CAPABILITIES,
    Machine,
    check_capabilities,
    check_cgroups,
    check_ids,
    check_kernel,
    check_swap,
    judge_layout,
    judge_platform,
    mapped_ids,
    parse_privileges,
)
from runtime.hostcheck.settings import SETTINGS, check_settings, judge_setting
from runtime.hostcheck.tools import (
    check_crun,
    check_init,
    check_runsc,
    judge_crun,
    judge_libseccomp,
)
from runtime.hostcheck.trial import Step, in_child, try_steps
from runtime.hostcheck.versions import (
    CRUN_HOLES,
    KERNEL_FLOORS,
    holes_of_crun,
    is_past_kernel_floor,
    kernel_version,
    parse_crun_version,
    parse_version,
    show,
)
from runtime.pool import PoolConfig

FIRST_UID = 1000
# The checks that look at nothing but files below `Machine.root`.
FILE_CHECKS = [entry for entry in CHECKS if entry[0] not in ("kernel by trial", "libseccomp")]
ALL_CAPABILITIES = (1 << 41) - 1
CONTROLLERS = ("memory", "pids", "cpuacct", "cpuset")

# A machine on which nothing is to be said against anything.
FILES = {
    "proc/sys/kernel/osrelease": "6.18.44\n",
    "proc/sys/kernel/version": "#1 SMP PREEMPT_DYNAMIC\n",
    "proc/self/status": f"Name:\tx\nUid:\t0\t0\t0\t0\nCapEff:\t{ALL_CAPABILITIES:016x}\n",
    "proc/self/uid_map": "0 0 4294967295\n",
    "proc/self/gid_map": "0 0 4294967295\n",
    "proc/swaps": "Filename\tType\tSize\tUsed\tPriority\n",
    "proc/sys/user/max_user_namespaces": "10000\n",
    "proc/sys/kernel/core_pattern": "core\n",
    "proc/sys/fs/protected_hardlinks": "1\n",
    "proc/sys/kernel/randomize_va_space": "0\n",
    "sys/devices/system/cpu/smt/active": "0\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/cpufreq/boost": "0\n",
    "sys/devices/system/cpu/intel_pstate/no_turbo": "1\n",
    "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
}
V1_FILES = {f"sys/fs/cgroup/{name}/cgroup.procs": "" for name in CONTROLLERS}
SWAP_ON = FILES["proc/swaps"] + "/dev/sda2 partition 1 0 -2\n"

versions = st.tuples(*[st.integers(0, 999)] * 3)
lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=20)

MakeMachine = Callable[..., Machine]


@pytest.fixture
def make_machine(tmp_path_factory: pytest.TempPathFactory) -> MakeMachine:
    """Makes a machine of `FILES`, with changes; None takes a file away."""

    def make(changes: dict[str, str | None] | None = None, crun: str = "no-such-crun") -> Machine:
        root = tmp_path_factory.mktemp("machine")
        for name, content in {**FILES, **(changes or {})}.items():
            if content is not None:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(content)
        return Machine(root, crun, root / "init", FIRST_UID)

    return make


def levels(findings: object) -> dict[str, Level]:
    return {finding.name: finding.level for finding in findings}  # type: ignore[attr-defined] # any iterable


# --- versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.8.1", (1, 8, 1)),
        ("6.18.44-fc-v595", (6, 18, 44)),
        ("v1.20", (1, 20)),
        ("2.39.0.1", (2, 39, 0, 1)),
        ("UNKNOWN", None),
        ("", None),
        ("7", None),
        ("\u0661.\u0662", None),
    ],
)
def test_a_version_is_the_first_dotted_number(text, expected):
    assert parse_version(text) == expected


@given(versions, st.sampled_from(["", "-dirty", "+deb12u1", "~rc1", "\n", " x"]))
def test_a_version_that_is_shown_is_parsed_to_itself(version, suffix):
    assert parse_version(show(version) + suffix) == version


@pytest.mark.parametrize(
    ("release", "build", "expected"),
    [
        ("6.18.44-fc-v595", "#1 SMP PREEMPT_DYNAMIC @0", (6, 18, 44)),
        ("6.1.0-42-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.159-1 (2026-08-30)", (6, 1, 159)),
        ("6.12.90+deb13-amd64", "#1 SMP Debian 6.12.90-1 (2026-09-01)", (6, 12, 90)),
        ("7.0-rc1", "", (7, 0)),
        ("strange", "", None),
    ],
)
def test_the_kernel_version_is_the_upstream_one(release, build, expected):
    assert kernel_version(release, build) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((5, 15, 999), False),
        ((6, 1, 159), False),
        ((6, 6, 137), False),
        ((6, 6, 138), True),
        ((6, 7, 999), False),
        ((6, 12, 86), False),
        ((6, 12, 87), True),
        ((6, 18, 28), False),
        ((6, 18, 29), True),
        ((6, 18, 44), True),
        ((6, 19, 999), False),
        ((7, 0), False),
        ((7, 0, 5), False),
        ((7, 0, 6), True),
        ((7, 1), True),
        ((8, 0, 0), True),
    ],
)
def test_the_kernel_floor_holds_in_each_series(version, expected):
    assert is_past_kernel_floor(version) is expected


@given(st.sampled_from(sorted(KERNEL_FLOORS)), st.integers(0, 300), st.integers(0, 300))
def test_a_later_kernel_of_a_series_is_never_worse(series, patch, more):
    earlier, later = (*series, patch), (*series, patch + more)
    assert is_past_kernel_floor(earlier) <= is_past_kernel_floor(later)


# --- crun ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("crun version 1.8.1\ncommit: f8a096be\nrundir: /run/crun\nspec: 1.0.0\n+CAP\n", (1, 8, 1)),
        ("crun version 1.29.1-dirty\nspec: 1.2.3\n", (1, 29, 1)),
        ("crun version UNKNOWN\ncommit: 1.2.3\n", None),
        ("warning: something\ncrun version 1.20\n", (1, 20)),
    ],
)
def test_the_version_of_crun_is_in_the_line_that_says_so(text, expected):
    assert parse_crun_version(text) == expected


@pytest.mark.parametrize("text", ["", "runc version 1.1.5\nspec: 1.0.2\n", "1.8.1", "\0\xff"])
def test_another_program_is_not_taken_for_crun(text):
    with pytest.raises(ValueError, match="does not call itself crun"):
        parse_crun_version(text)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((1, 4, 3), ["27650", "24965", "47766", "88264"]),
        ((1, 8, 1), ["24965", "47766", "88264"]),
        ((1, 18, 9), ["24965", "47766", "88264"]),
        ((1, 19), ["24965", "30892", "47766", "88264"]),
        ((1, 20), ["30892", "47766", "88264"]),
        ((1, 27), ["47766", "88264"]),
        ((1, 27, 9), ["47766", "88264"]),
        ((1, 28), ["88264"]),
        ((1, 29, 1), ["88264"]),
    ],
)
def test_each_version_of_crun_has_the_holes_of_the_advisories(version, expected):
    assert [hole.name.split(",")[0][-5:] for hole in holes_of_crun(version)] == expected


@given(versions)
def test_a_hole_is_open_from_its_first_version_up_to_its_fix(version):
    for hole in CRUN_HOLES:
        is_open = hole in holes_of_crun(version)
        assert is_open == (version >= hole.since and not (hole.fixed and version >= hole.fixed))


@given(versions)
def test_a_hole_is_a_caution_that_says_what_keeps_it_out_and_what_mends_it(version):
    found = [finding for finding in judge_crun(version) if finding.name == "crun hole"]
    holes = holes_of_crun(version)
    assert [Level.CAUTION] * len(holes) == [finding.level for finding in found]
    for hole, finding in zip(holes, found, strict=True):
        assert hole.name in finding.finding
        assert hole.kept_out in finding.finding
        assert bool(hole.fixed) == (f"crun {show(hole.fixed or ())} or newer" in finding.mend)


def test_the_debian_12_crun_passes_with_the_dev_hole_named():
    first, *rest = judge_crun((1, 8, 1))
    assert Finding("crun", Level.PASS, "1.8.1") == first
    assert any(
        "CVE-2026-47766" in f.finding and "/dev is always a tmpfs" in f.finding for f in rest
    )


def test_an_untested_old_crun_and_one_without_a_version_are_cautions():
    assert Level.CAUTION == next(judge_crun((1, 8, 0))).level
    assert [Level.CAUTION] == [finding.level for finding in judge_crun(None)]


def script(directory: Path, text: str) -> str:
    """An executable shell script."""
    path = directory / "crun"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXOTH)
    return str(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo broken; exit 3", "exit status 3"),
        ("kill -9 $$", "SIGKILL"),
        ("echo runc version 1.1.5", "does not call itself crun but 'runc version 1.1.5'"),
        ("exec sleep 60", "timed out"),
    ],
)
def test_a_crun_that_does_not_work_fails_with_what_it_did(make_machine, tmp_path, text, said):
    (finding,) = check_crun(make_machine(crun=script(tmp_path, text)))
    assert ("crun", Level.FAIL, "apt-get install crun") == (
        finding.name,
        finding.level,
        finding.mend,
    )
    assert said in finding.finding


def test_a_crun_that_works_is_asked_for_its_version(make_machine, tmp_path):
    finding = next(check_crun(make_machine(crun=script(tmp_path, "echo crun version 1.28"))))
    assert Finding("crun", Level.PASS, "1.28") == finding


def test_a_missing_crun_fails_by_its_name(make_machine):
    expected = Finding("crun", Level.FAIL, "no-such-crun is not there", "apt-get install crun")
    assert [expected] == list(check_crun(make_machine()))


# --- runsc --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "level", "said"),
    [
        (
            "echo runsc version release-20250101.0; echo spec: 1.1.0",
            Level.PASS,
            "release-20250101.0",
        ),
        ("echo crun version 1.28", Level.FAIL, "does not call itself runsc"),
        ("exit 3", Level.FAIL, "does not work"),
    ],
)
def test_gvisor_is_asked_who_it_is(make_machine, tmp_path, text, level, said):
    machine = dataclasses.replace(make_machine(), runsc=f"{script(tmp_path, text)} --flag")
    (finding,) = check_runsc(machine)
    assert ("runsc", level) == (finding.name, finding.level)
    assert said in finding.finding


def test_gvisor_is_missed_only_where_it_is_wanted(make_machine):
    assert [] == list(check_runsc(make_machine()))
    for command in ("no-such-runsc", "no-such-runsc --flag", "'runsc"):
        (finding,) = check_runsc(dataclasses.replace(make_machine(), runsc=command))
        assert ("runsc", Level.FAIL) == (finding.name, finding.level)
        assert "SANDBOX_RUNSC" in finding.mend


# --- libseccomp and init ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "level"),
    [((2, 4, 99), Level.FAIL), ((2, 5, 0), Level.PASS), ((2, 6, 0), Level.PASS)],
)
def test_libseccomp_is_new_enough_from_2_5_on(version, level):
    assert level == judge_libseccomp(version).level


def test_init_needs_a_compiler_only_while_it_is_not_built(make_machine, monkeypatch):
    machine = make_machine()
    monkeypatch.setenv("PATH", "")
    (missing,) = check_init(machine)
    monkeypatch.setattr("runtime.build_init.binary_path", lambda directory: machine.root)
    (built,) = check_init(machine)
    assert (Level.FAIL, "apt-get install gcc libc6-dev") == (missing.level, missing.mend)
    assert Level.PASS == built.level


# --- the machine --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "processor", "level"),
    [
        ("Linux", "x86_64", Level.PASS),
        ("Linux", "aarch64", Level.FAIL),
        ("Darwin", "x86_64", Level.FAIL),
    ],
)
def test_only_linux_on_x86_64_passes(system, processor, level):
    assert level == judge_platform(system, processor).level


def test_an_old_kernel_is_a_caution_that_names_the_bugs_and_the_floors(make_machine):
    build = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.159-1 (2026-08-30)"
    changes = {"proc/sys/kernel/osrelease": "6.1.0-42-amd64", "proc/sys/kernel/version": build}
    (finding,) = check_kernel(make_machine(changes))
    assert Level.CAUTION == finding.level
    assert finding.finding.startswith("6.1.159 ")
    assert "CVE-2026-31431" in finding.finding
    assert "6.6.138, 6.12.87, 6.18.29" in finding.mend


@pytest.mark.parametrize(("name", "number"), NEEDED_CAPABILITIES.items())
def test_each_needed_capability_is_missed_by_name(make_machine, name, number):
    held = ALL_CAPABILITIES & ~(1 << number)
    status = f"Uid:\t0\t0\t0\t0\nCapEff:\t{held:016x}"
    (finding,) = check_capabilities(make_machine({"proc/self/status": status}))
    assert Level.FAIL == finding.level
    assert finding.finding.endswith(f" {name}")
    assert finding.mend.endswith(f" {name}")


def test_who_is_not_root_is_told_to_become_it(make_machine):
    status = "Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000"
    findings = list(check_capabilities(make_machine({"proc/self/status": status})))
    assert {"capabilities": Level.FAIL, "OOM exemption": Level.CAUTION} == levels(findings)
    assert {"run as root"} == {finding.mend for finding in findings}


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 2), st.lists(lines))
def test_privileges_are_read_from_among_other_lines(held, user, others):
    noise = "".join(f"X{line}\n" for line in others)
    status = f"{noise}Uid:\t7\t{user}\t7\t7\n{noise}CapEff:\t{held:016x}\n{noise}"
    assert (held, user == 0) == parse_privileges(status)


@pytest.mark.parametrize("status", ["", "Uid:\t0\t0", "CapEff:\tff", "Uid:\t0\nCapEff:\tff"])
def test_a_status_without_privileges_is_an_error_and_not_a_guess(status):
    with pytest.raises(ValueError, match="no CapEff or no Uid"):
        parse_privileges(status)


@pytest.mark.parametrize(
    ("id_map", "expected"),
    [
        ("         0          0 4294967295", 4294966295),
        ("0 100000 1000", 0),
        ("0 100000 1001", 1),
        ("0 0 1\n1 1 65536", 64537),
        ("1100 5 50\n1000 0 100", 150),
        ("1200 5 50\n1000 0 100", 100),
        ("", 0),
    ],
)
def test_ids_are_counted_up_to_the_first_gap(id_map, expected):
    assert mapped_ids(id_map, FIRST_UID) == expected


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2), max_size=6), st.integers(0, 40))
def test_the_ids_that_are_counted_are_mapped_and_the_next_one_is_not(ranges, first):
    id_map = "\n".join(f"{start} 0 {count}" for start, count in ranges)
    mapped = {number for start, count in ranges for number in range(start, start + count)}
    count = mapped_ids(id_map, first)
    assert set(range(first, first + count)) <= mapped
    assert first + count not in mapped


def test_a_user_namespace_without_the_ids_of_a_slot_fails(make_machine):
    too_few = f"0 100000 {FIRST_UID + 65_535}"
    assert [Level.FAIL] == [
        f.level for f in check_ids(make_machine({"proc/self/gid_map": too_few}))
    ]
    enough = f"0 100000 {FIRST_UID + 65_536}"
    (finding,) = check_ids(make_machine({"proc/self/gid_map": enough}))
    assert Finding("user ids", Level.PASS, "enough for 1 slots") == finding


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Level.PASS),
        ({"sys/fs/cgroup/cgroup.controllers": "cpuset cpu io pids"}, Level.FAIL),
        ({"sys/fs/cgroup/cgroup.controllers": None, **V1_FILES}, Level.CAUTION),
        ({"sys/fs/cgroup/cgroup.controllers": None}, Level.FAIL),
        (
            {
                "sys/fs/cgroup/cgroup.controllers": None,
                **V1_FILES,
                "sys/fs/cgroup/memory/cgroup.procs": None,
            },
            Level.FAIL,
        ),
    ],
)
def test_a_cgroup_layout_is_judged_by_its_controllers(make_machine, changes, expected):
    assert expected == levels(check_cgroups(make_machine(changes)))["cgroups"]


def test_a_missing_controller_is_named(make_machine):
    changes = {"sys/fs/cgroup/cgroup.controllers": "cpuset cpu io pids"}
    (finding,) = check_cgroups(make_machine(changes))
    assert finding.finding.endswith("(v2) lacks the cgroup controllers memory")
    assert finding.mend


def test_a_cgroup_tree_that_cannot_be_written_to_fails(make_machine, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "pids")
    changes = {"sys/fs/cgroup/cgroup.controllers": None, **V1_FILES}
    machine = make_machine(changes)
    tree = list(check_cgroups(machine))[-1]
    assert ("cgroup tree", Level.FAIL) == (tree.name, tree.level)
    assert tree.finding.endswith(f": {machine.root}/sys/fs/cgroup/pids")


@pytest.mark.parametrize(
    ("layout", "level"),
    [(Layout.V2, Level.PASS), (Layout.V1, Level.CAUTION), (Layout.HYBRID, Level.CAUTION)],
)
def test_only_v2_is_free_of_cautions_and_only_hybrid_is_hidden_from_crun(layout, level):
    finding = judge_layout(layout)
    assert level == finding.level
    assert (layout is Layout.HYBRID) == ("hides the unified tree" in finding.finding)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Level.PASS),
        ({"proc/swaps": SWAP_ON}, Level.CAUTION),
        ({"proc/swaps": SWAP_ON, "sys/fs/cgroup/a/memory.max": ""}, Level.FAIL),
        (
            {
                "proc/swaps": SWAP_ON,
                "sys/fs/cgroup/a/memory.max": "",
                "sys/fs/cgroup/a/memory.swap.max": "",
            },
            Level.CAUTION,
        ),
        ({"proc/swaps": SWAP_ON, "sys/fs/cgroup/cgroup.controllers": None}, Level.FAIL),
        (
            {
                "proc/swaps": SWAP_ON,
                "sys/fs/cgroup/cgroup.controllers": None,
                "sys/fs/cgroup/memory/memory.memsw.limit_in_bytes": "",
            },
            Level.CAUTION,
        ),
    ],
)
def test_swap_fails_where_cgroups_do_not_count_it(make_machine, changes, expected):
    assert {"swap": expected} == levels(check_swap(make_machine(changes)))


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "name", "level"),
    [
        ("proc/sys/user/max_user_namespaces", "0", "user namespace limit", Level.FAIL),
        ("proc/sys/kernel/core_pattern", "|/usr/bin/apport %p", "core dumps", Level.CAUTION),
        ("proc/sys/kernel/core_pattern", "@/run/coredump", "core dumps", Level.CAUTION),
        ("proc/sys/fs/protected_hardlinks", "0", "hard links", Level.CAUTION),
        ("proc/sys/kernel/randomize_va_space", "2", "ASLR", Level.CAUTION),
        ("sys/devices/system/cpu/smt/active", "1", "SMT", Level.CAUTION),
        (
            "sys/kernel/mm/transparent_hugepage/enabled",
            "[always] madvise never",
            "huge pages",
            Level.CAUTION,
        ),
        (
            "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor",
            "powersave",
            "CPU governor",
            Level.CAUTION,
        ),
        ("sys/devices/system/cpu/cpufreq/boost", "1", "turbo", Level.CAUTION),
        ("sys/devices/system/cpu/intel_pstate/no_turbo", "0", "turbo (Intel)", Level.CAUTION),
    ],
)
def test_one_bad_setting_gives_one_finding_with_its_value(make_machine, path, value, name, level):
    findings = list(check_settings(make_machine({path: f"{value}\n"})))
    (bad,) = [finding for finding in findings if finding.level is not Level.PASS]
    assert (name, level) == (bad.name, bad.level)
    assert bad.finding.startswith(f"{value}: ")
    assert bad.mend


def test_a_setting_that_a_machine_does_not_have_passes_and_says_so(make_machine):
    paths = [path for path in FILES if path.startswith("sys/devices")]
    machine = make_machine(dict.fromkeys(paths))
    hidden = [f for f in check_settings(machine) if f.finding == "this machine does not show it"]
    assert ["SMT", "CPU governor", "turbo", "turbo (Intel)"] == [f.name for f in hidden]
    assert {Level.PASS} == {finding.level for finding in hidden}


@given(st.sampled_from(SETTINGS), st.sets(st.text(max_size=300), max_size=4))
def test_any_value_of_a_setting_is_shown_in_one_short_printable_line(setting, values):
    finding = judge_setting(setting, values)
    assert len(finding.finding) < 200
    assert finding.finding.isprintable()
    assert (finding.level is Level.PASS) == (not any(map(setting.is_bad, values)))


# --- whole machines -----------------------------------------------------------------------------


def test_nothing_is_said_against_a_good_machine(make_machine, tmp_path):
    machine = make_machine(crun=script(tmp_path, "echo crun version 1.28"))
    found = run_checks(machine, [entry for entry in FILE_CHECKS if entry[0] != "platform"])
    bad = {finding.name for finding in found if finding.level is not Level.PASS}
    assert bad <= {"crun hole", "init"}  # one has no fix yet; the other needs a compiler here


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("proc/s")])
def test_a_file_that_cannot_be_read_is_a_finding_and_the_other_checks_go_on(make_machine, path):
    whole = levels(run_checks(make_machine(), FILE_CHECKS))
    found = levels(run_checks(make_machine({path: None}), FILE_CHECKS))
    assert set(found) == set(whole)


def test_what_kept_a_check_from_looking_is_told(make_machine):
    found = run_checks(make_machine({"proc/swaps": None}), FILE_CHECKS)
    (swap,) = [finding for finding in found if finding.name == "swap"]
    assert Level.CAUTION == swap.level
    assert swap.finding.startswith("cannot be told: [Errno 2]")


@given(
    path=st.sampled_from(sorted(FILES)),
    content=st.one_of(st.binary(max_size=200), st.text("0123456789 \n:-[|.", max_size=60)),
)
def test_no_content_of_any_file_raises(tmp_path_factory, path, content):
    root = tmp_path_factory.mktemp("machine")
    for name, good in {**FILES, path: content}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(good if isinstance(good, bytes) else good.encode())
    found = run_checks(Machine(root, "no-such-crun", root / "init", FIRST_UID), FILE_CHECKS)
    assert {"kernel", "capabilities", "user ids", "cgroups", "swap", "crun"} <= set(levels(found))


def test_check_host_raises_for_no_user_and_tells_one_line_each():
    found = check_host("no-such-crun")
    assert {"platform", "user namespace", "overlay", "seccomp", "crun"} <= set(levels(found))
    for finding in found:
        assert finding.finding
        assert "\n" not in finding.finding + finding.mend
        assert finding.mend or finding.level is not Level.FAIL or "not tried" in finding.finding


def test_the_defaults_are_those_of_a_pool():
    config = PoolConfig(name="any", slots=1)
    assert {
        "init_directory": config.init_directory,
        "first_uid": config.first_uid,
        "runsc": config.runsc,
    } == check_host.__kwdefaults__
    assert (config.crun,) == check_host.__defaults__


# --- trials -------------------------------------------------------------------------------------


def refuse() -> None:
    raise PermissionError(1, "no")


def do_nothing() -> None:
    pass


def test_things_are_done_in_a_copy_up_to_the_first_that_fails(tmp_path):
    acts = [
        lambda: (tmp_path / "first").write_text(str(os.getpid())),
        refuse,
        lambda: (tmp_path / "third").touch(),
    ]
    assert (1, "[Errno 1] no") == in_child(acts)
    assert [tmp_path / "first"] == list(tmp_path.iterdir())
    assert str(os.getpid()) != (tmp_path / "first").read_text()


def leave() -> None:
    raise SystemExit


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (do_nothing, ""),
        (leave, "SystemExit()"),
        (lambda: 1 // 0, "integer division or modulo by zero"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "the trial ended with status -9"),
        (lambda: os._exit(0), "the trial ended with status 0"),
        (refuse, "[Errno 1] no"),
    ],
)
def test_a_copy_never_goes_on_as_the_caller_however_it_ends(act, error):
    before = os.getpid()
    done, told = in_child([act])
    assert before == os.getpid()
    assert (error == "", told.startswith(error)) == (done == 1, True)


def test_a_trial_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(trial, "_MOST_S", 1)
    assert (1, f"the trial ended with status {-signal.SIGALRM} (negative: a signal)") == in_child(
        [do_nothing, signal.pause]
    )


@pytest.mark.parametrize("failing", [0, 1, 2, 3])
def test_steps_pass_up_to_the_one_that_fails_and_the_rest_is_not_tried(failing, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    steps = [
        Step(f"step {number}", refuse if number == failing else do_nothing, "works", "mend it")
        for number in range(3)
    ]
    expected = [
        Finding(f"step {number}", Level.PASS, "works")
        if number < failing
        else Finding(f"step {number}", Level.FAIL, "[Errno 1] no", "mend it")
        if number == failing
        else Finding(f"step {number}", Level.FAIL, f"not tried without: step {failing}")
        for number in range(3)
    ]
    assert expected == list(try_steps(steps))


def test_a_step_may_fail_with_less_than_a_failure_and_only_the_last_one_does(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    steps = [Step("1", do_nothing, "", ""), Step("2", refuse, "works", "mend it", Level.CAUTION)]
    assert [*try_steps(steps)][1] == Finding("2", Level.CAUTION, "[Errno 1] no", "mend it")
    for trials in (kernel_trials._WORKER_STEPS, kernel_trials._RUN_STEPS):
        assert {step.failure for step in trials[:-1]} <= {Level.FAIL}


def test_a_step_that_fails_for_a_user_asks_for_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (finding,) = try_steps([Step("step", refuse, "works", "mend it")])
    assert "run as root" == finding.mend
