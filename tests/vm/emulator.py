"""Booting the test machine and waiting for its command's exit status."""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from sandbox.settings import Settings
from tests.gvisor.build import runsc_path
from tests.vm.disks import ROOT, Disks

# Of the tree, what does not belong to it: the environment is on the system disk.
LEFT_OUT = re.compile(r"\.venv|\.git|\..*_cache|\.hypothesis|__pycache__|build|.*\.egg-info")
CONSOLE = "console=ttyS0 loglevel=3 panic=-1"  # level 3: not each process that ran out of memory
LAST_WORDS = re.compile(rb"\nthe machine ends: exit status (\d+)\r?\n")


class MachineError(Exception):
    """The machine did not come to its end."""


def run(disks: Disks, command: str, timeout_s: int, accelerator: str) -> int:
    """Runs a command in the tree in a fresh machine, whose console goes to stdout.

    Returns:
        The command's exit status.

    Raises:
        MachineError: the time is over, or the machine stopped before the command ended.
    """
    with tempfile.TemporaryDirectory() as scratch:
        job = Path(scratch) / "job.tar"
        write_job(job, command)
        # `timeout` ends the emulator also when nobody is left to do it.
        emulator = emulator_command(disks, job, accelerator)
        words = ["nice", "timeout", "--kill-after=5", str(timeout_s), *emulator]
        with subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            try:
                console = relay(process)
            except BaseException:
                process.terminate()
                raise
    if ended := LAST_WORDS.findall(console):
        return int(ended[-1])
    if process.returncode == 124:
        raise MachineError(f"the machine was ended after {timeout_s} s (--timeout)")
    raise MachineError(f"the machine stopped early; the emulator ended with {process.returncode}")


def emulator_command(disks: Disks, job: Path, accelerator: str) -> list[str]:
    """One processor: the other cores are left to whoever else works on this machine."""
    drives = [
        f"-drive=file={path},format=raw,if=virtio" for path in (disks.system, disks.images, job)
    ]
    return [
        "qemu-system-x86_64", "-machine", f"q35,accel={accelerator}", "-cpu", "max",
        "-smp", "1", "-m", "3G",
        "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio", "-monitor", "none",
        "-device", "virtio-rng-pci", "-snapshot",
        "-kernel", str(disks.kernel), "-initrd", str(disks.ramdisk),
        "-append", f"{CONSOLE} root=/dev/vda rw init=/start",
        *(word for drive in drives for word in drive.split("=", 1)),
    ]  # fmt: skip


def write_job(archive: Path, command: str) -> None:
    """The tree, the command, and gVisor's runsc if it has been built, as the third disk."""
    script = archive.with_name("command")
    runsc = runsc_path(Settings().state_dir)
    given = "export SANDBOX_RUNSC=/srv/job/runsc\n" if runsc.exists() else ""
    script.write_text(f"{given}{command}\n")
    with tarfile.open(archive, "w") as tar:
        tar.add(script, "command")
        if runsc.exists():
            tar.add(runsc, "runsc")
        tar.add(ROOT, "project", filter=_belongs)


def _belongs(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if LEFT_OUT.fullmatch(Path(member.name).name) else member


def relay(process: subprocess.Popen[bytes]) -> bytes:
    """Shows the console until the machine ends; returns the end of what it said."""
    assert process.stdout is not None
    last = b""
    while chunk := os.read(process.stdout.fileno(), 65536):
        sys.stdout.buffer.write(chunk.replace(b"\r\n", b"\n"))
        sys.stdout.buffer.flush()
        last = (last + chunk)[-4096:]
    return last
