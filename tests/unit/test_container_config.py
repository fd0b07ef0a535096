"""What crun is told: constants, paths of our own, and nothing else."""

import dataclasses
import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.container import PAYLOAD_ID, UID_RANGE, Place, container_config
from runtime.errors import HostNotReady
from runtime.gvisor import GVISOR_OVERHEAD, NO_OVERHEAD, Gvisor, sandbox_config
from runtime.limits import Limits

PLACE = Place(
    name="slot-0",
    first_uid=0x7000_0000,
    directory=Path("/run/x/slot-0"),
    network=Path("/run/x/net/slot-0"),
    devices=Path("/run/x/slot-0/dev"),
    init=Path("/var/lib/x/init"),
    warm_library=Path("/var/lib/x/warm.so"),
    crun="/usr/bin/crun",
)
CONFIG = container_config(PLACE, Path("/images/one/rootfs"))

paths = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1).map(
    lambda name: Path("/") / name
)
places = st.builds(
    Place,
    name=st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True),
    first_uid=st.integers(0, 2**31),
    directory=paths,
    network=paths,
    devices=paths,
    init=paths,
    warm_library=paths,
    crun=st.text(),
)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """All values in a tree, by where they are."""
    if isinstance(value, dict):
        return {
            name: leaf
            for key in value
            for name, leaf in leaves(value[key], f"{path}/{key}").items()
        }
    if isinstance(value, list):
        return {
            name: leaf
            for index, item in enumerate(value)
            for name, leaf in leaves(item, f"{path}/{index}").items()
        }
    return {path: value}


@given(place=places, rootfs=paths)
def test_everything_is_constant_but_our_own_paths_and_user_ids(place: Place, rootfs: Path):
    constant, varied = leaves(CONFIG), leaves(container_config(place, rootfs))
    different = {name for name in constant if constant[name] != varied.get(name)}
    assert different <= {
        "/root" + "/path", "/mounts/1/source", "/mounts/2/source", "/linux/namespaces/6/path",
        "/linux/uidMappings/0/hostID", "/linux/gidMappings/0/hostID",
    }  # fmt: skip
    assert constant.keys() == varied.keys()
    assert json.loads(json.dumps(container_config(place, rootfs))) == container_config(
        place, rootfs
    )


def test_nothing_of_a_request_can_get_in():
    # Programs, environments and limits go to init by its socket, when the container stands already.
    assert ["place", "rootfs"] == list(inspect.signature(container_config).parameters)


@given(place=places, rootfs=paths)
def test_dev_is_a_new_tmpfs_before_anything_is_mounted_in_it(place: Place, rootfs: Path):
    # Without it crun before 1.28 follows a link in the image (CVE-2026-47766).
    mounts = container_config(place, rootfs)["mounts"]
    assert ("/dev", "tmpfs") == (mounts[0]["destination"], mounts[0]["type"])
    assert "nosuid" in mounts[0]["options"]


def test_there_is_never_a_terminal():
    assert CONFIG["process"]["terminal"] is False
    assert "consoleSize" not in CONFIG["process"]


def test_the_process_is_init_in_a_constant_directory_without_environment():
    process = CONFIG["process"]
    assert (["/dev/init"], "/", []) == (process["args"], process["cwd"], process["env"])
    assert process["noNewPrivileges"] is True


def test_capabilities_are_the_ones_that_init_needs():
    needed = {
        "CAP_SYS_ADMIN",  # mounts
        "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP",  # becoming the program's user
        "CAP_KILL",  # ending a run
        "CAP_CHOWN", "CAP_FOWNER", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH",  # its files
        "CAP_SYS_RESOURCE",
        "CAP_SYS_CHROOT",  # joining the mount namespace of a run, as the warm interpreter does
    }  # fmt: skip
    capabilities = CONFIG["process"]["capabilities"]
    assert {"bounding", "effective", "permitted"} == capabilities.keys()
    assert [needed] * 3 == [set(names) for names in capabilities.values()]


def test_all_namespaces_are_new_and_the_network_is_the_slots():
    namespaces = CONFIG["linux"]["namespaces"]
    assert {"pid", "mount", "ipc", "uts", "cgroup", "user", "network"} == {
        namespace["type"] for namespace in namespaces
    }
    with_path = {
        namespace["type"]: namespace["path"] for namespace in namespaces if "path" in namespace
    }
    assert {"network": str(PLACE.network)} == with_path


@pytest.mark.parametrize("kind", ["uidMappings", "gidMappings"])
def test_user_ids_are_the_slots_own_range(kind: str):
    assert [{"containerID": 0, "hostID": PLACE.first_uid, "size": UID_RANGE}] == CONFIG["linux"][
        kind
    ]
    assert 0 < PAYLOAD_ID < UID_RANGE


def test_the_image_is_read_only_and_the_host_lends_two_things():
    assert CONFIG["root"]["readonly"] is True
    binds = {
        mount["destination"]: mount["options"]
        for mount in CONFIG["mounts"]
        if mount["type"] == "bind"
    }
    assert {"/dev/slot", "/dev/init"} == binds.keys()
    assert all({"ro", "nosuid"} <= set(options) for options in binds.values())


def test_nothing_else_is_configured():
    # No hooks, devices, sysctls, seccomp or cgroups: each of them would be somebody's surprise.
    assert {"ociVersion", "root", "hostname", "process", "mounts", "linux"} == CONFIG.keys()
    assert {"namespaces", "uidMappings", "gidMappings"} == CONFIG["linux"].keys()


# --- with gVisor ----------------------------------------------------------------------------------

GVISOR = Gvisor(Path("/opt/runsc"), ("--platform=kvm",), Path("/run/x/gvisor"))
WITH_GVISOR = container_config(
    dataclasses.replace(PLACE, gvisor=GVISOR), Path("/images/one/rootfs")
)


def test_gvisor_adds_a_command_two_mounts_that_nobody_can_write_and_a_capability():
    without, added = leaves(CONFIG), leaves(WITH_GVISOR)
    assert without.items() <= added.items()
    new = WITH_GVISOR["mounts"][len(CONFIG["mounts"]) :]
    assert ["/opt/runsc", "/run/x/gvisor"] == [mount["source"] for mount in new]
    assert all({"ro", "nosuid", "nodev"} <= set(mount["options"]) for mount in new)
    assert ["/dev/init", "/dev/runsc"] == WITH_GVISOR["process"]["args"][:2]
    for kind, names in WITH_GVISOR["process"]["capabilities"].items():
        assert {"CAP_FSETID"} == set(names) - set(CONFIG["process"]["capabilities"][kind])


def test_gvisor_is_told_to_use_no_network_no_cgroup_and_no_file_system_of_the_hosts():
    command = GVISOR.command
    ours = ["--network=none", "--ignore-cgroups", "--overlay2=none"]
    assert ["/dev/runsc", "--platform=kvm", *ours] == command[:5]
    config = sandbox_config()
    assert [("/dev/control", "bind")] == [(m["destination"], m["type"]) for m in config["mounts"]]
    assert config["root"]["path"].startswith("/tmp/")
    assert {} == config["linux"]
    assert config["process"]["noNewPrivileges"] is True
    assert not {"CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_PTRACE", "CAP_MKNOD"} & set(
        config["process"]["capabilities"]["bounding"]
    )


def test_gvisors_configuration_is_written_once_and_a_missing_one_is_named(tmp_path: Path):
    runsc = tmp_path / "runsc"
    runsc.write_text("#!/bin/sh\n")
    runsc.chmod(0o755)
    gvisor = Gvisor.prepare(f"'{runsc}' --debug --x='a b'", tmp_path / "bundle")
    assert (runsc, ("--debug", "--x=a b")) == (gvisor.runsc, gvisor.flags)
    assert json.loads((gvisor.bundle / "config.json").read_text()) == sandbox_config()
    with pytest.raises(HostNotReady, match="no-such-runsc"):
        Gvisor.prepare("no-such-runsc", tmp_path / "other")
    with pytest.raises(HostNotReady, match="cannot be read"):
        Gvisor.prepare("'runsc", tmp_path / "other")


def test_what_gvisor_needs_is_added_to_the_limits():
    limits = Limits(memory_bytes=1000, pids=10)
    assert (1000, 10) == NO_OVERHEAD.limits(limits)
    memory_bytes, pids = GVISOR_OVERHEAD.limits(limits)
    assert memory_bytes - 1000 == GVISOR_OVERHEAD.memory_bytes > GVISOR_OVERHEAD.least_memory_bytes
    assert pids > 10 * 6
