"""Slots from which one protection has been taken away, to see that an attack notices.

Only tests can do this: init is compiled from changed copies of its sources, config.json is changed before
crun reads it, a request is given more than it asks for. Nothing in the product can be told to do it.

Where several walls stand behind each other, a control takes those before and behind it away too. Then it
has a ``base``, in which only its own wall is left, and in which the attack must still come to nothing.
"""

import contextlib
import copy
import dataclasses
import re
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from runtime import build_init, container, syscalls
from runtime.pool import Image
from runtime.slot import Slot
from tests.attacks.cases.information import CANARY
from tests.privileged.lab import NO_FILTER

Config = dict[str, Any]
# File, pattern, replacement: the pattern must be found once.
Patch = tuple[str, str, str]


@dataclass(frozen=True)
class Control:
    """A slot without a protection.

    Attributes:
        name: of the protection, as attacks call it.
        patches: of init's sources.
        filtered: whether system calls are filtered.
        change: what is changed in config.json.
        fields: what is changed in the request.
        own_devices: whether the slot has its own device files.
        path_rules: whether the service checks the paths of files.
        warm: whether programs may be forks of a warm interpreter, as they are without the control.
        base: patches, and the rest, that leave only this protection standing.
    """

    name: str
    patches: tuple[Patch, ...] = ()
    filtered: bool = True
    change: Callable[[Config], None] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    own_devices: bool = True
    path_rules: bool = True
    warm: bool = True
    base: "Control | None" = None

    def weaken(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The request with more granted; limits are changed one by one."""
        limits = {**request.get("limits", {}), **self.fields.get("limits", {})}
        return {**request, **self.fields, **({"limits": limits} if limits else {})}


def function_returns_0(name: str) -> Patch:
    """A function that does nothing and says that all is well."""
    file = {"collect": "collect.c", "write_file": "bundle.c"}.get(name, "jail.c")
    return (file, rf"(static int {name}\([^)]*\) \{{)", r"\1 return 0;")


PLANT = (
    "jail.c",
    r"static int mount_overlay\(void\) \{",
    """static int plant(void) {
  char data[65536];
  int from = open("/usr/bin/id", O_RDONLY), to = open(UPPER "/tmp/planted", O_WRONLY | O_CREAT, 0755);
  for (ssize_t got; (got = read(from, data, sizeof data)) > 0;)
    if (write(to, data, (size_t)got) != got) return -1;
  return fchmod(to, 04755) || close(from) || close(to);
}
static int mount_overlay(void) {
  if (plant()) return -1;""",
)
WITH_SET_USER_ID = ("jail.c", r'("overlay", ROOT, "overlay", )MS_NOSUID \| ', r"\1")
NEW_PRIVS = (
    ("jail.c", r"\|\|\s*prctl\(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0\)", ""),
    function_returns_0("filter_system_calls"),  # which needs it
)
KEEP_CAPABILITIES = (
    function_returns_0("drop_capabilities"),
    (
        "jail.c",
        r"static int become_payload\(void\) \{",
        """static int keep(struct __user_cap_header_struct *header) {
  struct __user_cap_data_struct all[2];
  if (syscall(SYS_capget, header, all)) return -1;
  for (int i = 0; i < 2; i++) all[i].effective = all[i].inheritable = all[i].permitted;
  if (syscall(SYS_capset, header, all)) return -1;
  for (unsigned long cap = 0; cap < 41; cap++) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
  return 0;
}
static int become_payload(void) {
  prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);""",
    ),
    ("jail.c", r"syscall\(SYS_capset, &header, none\)", "keep(&header)"),
)
ROOT_PAYLOAD = ("protocol.h", r"#define PAYLOAD_ID 1000", "#define PAYLOAD_ID 0")
DUMPABLE = ("init.c", r"prctl\(PR_SET_DUMPABLE, 0, 0, 0, 0\);", "")
BENEATH = ("bundle.c", r"RESOLVE_BENEATH \| RESOLVE_NO_SYMLINKS\}", "0}")


def lift_no_new_privs(config: Config) -> None:
    config["process"]["noNewPrivileges"] = False


def leave_out_user_namespace(config: Config) -> None:
    linux = config["linux"]
    linux["namespaces"] = [one for one in linux["namespaces"] if one["type"] != "user"]
    del linux["uidMappings"], linux["gidMappings"]
    if not syscalls.has_capability(syscalls.CAP_SYS_RESOURCE):
        # Every capability can be had in a namespace of one's own, but out here only what we have.
        for kind in config["process"]["capabilities"].values():
            kind[:] = [name for name in kind if name != "CAP_SYS_RESOURCE"]


def leave_out_network_namespace(config: Config) -> None:
    linux = config["linux"]
    linux["namespaces"] = [one for one in linux["namespaces"] if one["type"] != "network"]


def one_tmp_for_all_runs(config: Config) -> None:
    config["mounts"].append({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
                             "options": ["mode=1777"]})  # fmt: skip


CONTROLS = {
    control.name: control
    for control in (
        Control("seccomp", filtered=False),
        Control("user namespace", change=leave_out_user_namespace),
        Control("capabilities", patches=KEEP_CAPABILITIES),
        Control(
            "no_new_privs",
            patches=(PLANT, WITH_SET_USER_ID, *NEW_PRIVS),
            change=lift_no_new_privs,
            base=Control("", patches=(PLANT, WITH_SET_USER_ID)),
        ),
        Control(
            "nosuid",
            patches=(PLANT, WITH_SET_USER_ID, *NEW_PRIVS),
            change=lift_no_new_privs,
            base=Control("", patches=(PLANT, *NEW_PRIVS), change=lift_no_new_privs),
        ),
        # A fork of a warm interpreter could not be made at all: its number is known from the namespace.
        Control("PID namespace", patches=(("init.c", r"CLONE_NEWPID \| ", ""),), warm=False),
        Control(
            "IPC namespace", patches=(("init.c", r"(CLONE_NEWPID .*?)CLONE_NEWIPC \| ", r"\1"),)
        ),
        Control("network namespace", change=leave_out_network_namespace),
        Control(
            "time namespace",
            patches=(("init.c", r"if \(unshare\(CLONE_NEWTIME\)[^;]*;", ""),),
        ),
        Control("device files of its own", own_devices=False),
        Control(
            "fresh file system",
            patches=(
                ("jail.c", r"(int jail_build\([^)]*\) \{)", r"\1 if (run) return 0;"),
                ("protocol.h", r'#define WORKDIR "/box"', '#define WORKDIR "/tmp"'),
            ),
            change=one_tmp_for_all_runs,
        ),
        Control(
            "tmpfs size",
            patches=(("jail.c", r"mode=0755,size=%llu,", "mode=0755,size=%llu000,"),),
        ),
        Control("inode limit", patches=(("jail.c", r"nr_inodes=%llu", "nr_inodes=%llu000"),)),
        Control("masked /proc", patches=(function_returns_0("mask_proc"),)),
        Control(
            "read-only /proc",
            patches=(function_returns_0("keep_score"),),
        ),
        Control("init's own user id", patches=(ROOT_PAYLOAD,)),
        Control(
            "init not dumpable",
            patches=(ROOT_PAYLOAD, *KEEP_CAPABILITIES, DUMPABLE),
            base=Control("", patches=(ROOT_PAYLOAD, *KEEP_CAPABILITIES)),
        ),
        Control("rlimits", patches=(function_returns_0("set_limits"),)),
        Control(
            "closed descriptors",
            patches=(
                ("message.c", r"MSG_CMSG_CLOEXEC", "0"),
                ("jail.c", r"\|\|\s*syscall\(SYS_close_range[^;]*;", ";"),
                ("warm.c", r"syscall\(SYS_close_range, 3, ~0U, 0\);", ""),
            ),
        ),
        Control("memory limit", fields={"limits": {"memory_mb": 2048}}),
        Control("pids limit", fields={"limits": {"pids": 512}}),
        Control("CPU time limit", fields={"limits": {"cpu_time_s": 30}}),
        Control("wall time limit", fields={"limits": {"wall_time_s": 30}}),
        Control("output cap", fields={"limits": {"output_kb": 16_384}}),
        Control(
            "path rules of files, in the service",
            path_rules=False,
            patches=(BENEATH,),
            base=Control("", patches=(BENEATH,)),
        ),
        Control(
            "path rules of files, in init",
            path_rules=False,
            patches=(BENEATH,),
            base=Control("", path_rules=False),
        ),
        Control(
            "no links in collect",
            patches=(
                ("collect.c", r"RESOLVE_BENEATH \| RESOLVE_NO_SYMLINKS", "0"),
                ("collect.c", r"AT_SYMLINK_NOFOLLOW", "0"),
            ),
        ),
        Control("answers stay outside", fields={"files": {"answer": CANARY}}),
    )
}


def build_variant(patches: tuple[Patch, ...], directory: Path) -> tuple[Path, Path]:
    """init and the library for warm interpreters, from changed sources; compiled once.

    Raises:
        AssertionError: a pattern is not found exactly once: the sources have changed, adapt the control.
    """
    target = directory / f"{abs(hash(patches)):x}"
    sources = target / "sources"
    if target.exists():
        return target / "init", target / "warm.so"
    sources.mkdir(parents=True)
    for path in build_init.source_files():
        text = path.read_text(encoding="utf-8")
        for file, pattern, replacement in patches:
            if file == path.name:
                text, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
                assert count == 1, f"{file}: {pattern} is found {count} times"
        (sources / path.name).write_text(text, encoding="utf-8")
    _compile(sources, target / "init", build_init._INIT_FLAGS, build_init._ONLY_IN_LIBRARY)
    _compile(sources, target / "warm.so", build_init._LIBRARY_FLAGS, build_init._ONLY_IN_INIT)
    return target / "init", target / "warm.so"


def _compile(sources: Path, target: Path, flags: tuple[str, ...], without: set[str]) -> None:
    files = [str(path) for path in sources.glob("*.c") if path.name not in without]
    command = ["gcc", "-std=c17", "-D_GNU_SOURCE", "-O2", "-w", *flags, "-o", str(target)]
    subprocess.run([*command, *files], check=True)


@contextlib.asynccontextmanager
async def weakened(
    control: Control, slots: list[Slot], image: Image, filter_program: bytes, directory: Path
) -> AsyncIterator[None]:
    """The slots without a protection; what is booted in them has a name that nobody else asks for."""
    places = [slot._place for slot in slots]
    original = container.container_config

    def changed(*arguments: Any) -> Config:
        config = copy.deepcopy(original(*arguments))
        if control.change is not None:
            control.change(config)
        return config

    try:
        with mock.patch.object(container, "container_config", changed):
            for slot in slots:
                if control.patches:
                    init, library = build_variant(control.patches, directory)
                    slot._place = dataclasses.replace(slot._place, init=init, warm_library=library)
                if not control.own_devices:
                    slot._place = dataclasses.replace(slot._place, devices=places[0].devices)
                filtering = filter_program if control.filtered else NO_FILTER
                warm = image.warm if control.warm else None
                await slot.boot(f"without {control.name}", image.rootfs, filtering, warm)
        yield
    finally:
        for slot, place in zip(slots, places, strict=True):
            slot._place = place
