"""The privileged tests on Debian's own kernel, with cgroup v2 and nothing of v1: `make test-vm`.

Theory of operation. A machine that boots with v1 cgroups cannot show what the runtime does with v2,
so this boots another one in QEMU: Debian 12 with its cloud kernel, on two disks that are made once.
One holds the system (Debian packages, and the Python packages of `.venv`), the other the images of
this machine's store. The tree itself goes along as an archive each time, with the command to run.
Nothing is written back: each run has the disks as they were made. There is no network inside.

The one processor is emulated, at low priority. That is slow, so tests get more time there, and what
they measure in seconds means little. `--accelerator kvm` uses this machine's own processor instead; it
is not the default because /dev/kvm inside of a virtual machine can be there and yet crash or hang.

    make test-vm                                          the privileged tests, and the worker's pod
    make test-vm ARGS="tests/privileged/test_limits.py"   these arguments of pytest instead
    make test-vm ARGS="tests/attacks -m 'not gvisor'"     hostile programs, of which a few are too slow here
    make test-vm ARGS="tests/privileged/test_gvisor.py"   those with gVisor, of which some are too slow here
    make test-vm ARGS="--shell 'cat /proc/cgroups'"       another command, by /bin/sh in the tree

What is installed on this machine: qemu-system-x86, and e2fsprogs if it is missing. The disks, about
2 GB, lie in /var/lib/sandbox/vm (--cache); they can be deleted at any time.
"""

import argparse
import shlex
import sys
from pathlib import Path

from bootstrap import SetupError, apt_get_install, installed_system_packages
from images.errors import BuildError, StoreError
from tests.vm.disks import make_disks
from tests.vm.emulator import MachineError, run

HOST_PACKAGES = ["qemu-system-x86", "e2fsprogs"]
PYTEST = (
    "/usr/bin/python3 -m pytest -o timeout=900 -o faulthandler_timeout=800 --color=no"
    # On the disk: before Linux 6.6 a tmpfs has no attributes for users, and memory is scarce.
    " --basetemp=/var/tmp/pytest"
)
# Building an image needs a network; precompiled headers hold addresses, which are others there than on the
# kernel that the image was built on; and in gVisor a program that does nothing takes two seconds there.
TESTS = [
    "tests/privileged",
    "tests/deploy/test_worker_pod.py",
    "-m",
    "not gvisor",
    "--ignore=tests/privileged/test_image_build.py",
    "--deselect=tests/privileged/test_precompiled_headers.py::test_they_are_the_same_bytes_each_time",
]


def parse_arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="python -m tests.vm",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cache", type=Path, default=Path("/var/lib/sandbox/vm"), metavar="DIR")
    parser.add_argument(
        "--timeout", type=int, default=5400, metavar="SECONDS", help="for all of it"
    )
    parser.add_argument("--accelerator", choices=["tcg", "kvm"], default="tcg")
    parser.add_argument("--shell", metavar="COMMAND", help="what to run instead of pytest")
    return parser.parse_known_args()


def main() -> int:
    """The exit status of the command in the machine; 1 if there is none."""
    arguments, rest = parse_arguments()
    command = arguments.shell or f"{PYTEST} {shlex.join(rest or TESTS)}"
    try:
        missing = sorted({*HOST_PACKAGES} - {*installed_system_packages(HOST_PACKAGES)})
        if missing:
            say(f"installing {', '.join(missing)}")
            apt_get_install(missing)
        disks = make_disks(arguments.cache, say)
        say("starting the machine")
        return run(disks, command, arguments.timeout, arguments.accelerator)
    except (SetupError, BuildError, StoreError, MachineError) as error:
        say(str(error))
        return 1


def say(line: str) -> None:
    sys.stdout.write(f"vm: {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
