"""Builds gVisor's runsc for the tests: ``python -m tests.gvisor.build``, a minute's work, done once.

Debian 12 has gVisor's sources and all that they need as packages of libraries, but no runsc. Users bring
their own. The file's name carries a hash of what it is made from.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

PACKAGES = ("golang-gvisor-gvisor-dev", "golang-go", "g++")
LINKER_SCRIPT = Path(__file__).with_name("vdso.lds")
_LIBRARIES = Path("/usr/share/gocode")
_MODULE = Path("src/gvisor.dev/gvisor")
_VDSO_SOURCES = ("vdso/vdso.cc", "vdso/vdso_time.cc")
_VDSO_FLAGS = (
    "-m64", "-O2", "-std=c++11", "-fPIC", "-fno-stack-protector", "-fcf-protection=none",
    "-fno-asynchronous-unwind-tables", "-shared", "-nostdlib", "-Wl,-soname=linux-vdso.so.1",
    "-Wl,--hash-style=sysv", "-Wl,--no-undefined", "-Wl,-Bsymbolic", "-Wl,-z,max-page-size=4096",
    "-Wl,-z,common-page-size=4096", "-Wl,--build-id=none",
)  # fmt: skip

_GO_FLAGS = ("-trimpath", "-ldflags", "-s -w -X main.version=debian")


class BuildFailed(Exception):
    """The message has the end of what the compiler said."""


def runsc_path(state_dir: Path) -> Path:
    """Where the binary of the present sources belongs."""
    command = ("dpkg-query", "--show", *PACKAGES)
    try:
        versions = subprocess.run(command, capture_output=True, check=False).stdout
    except FileNotFoundError:  # no Debian, and so no such packages
        versions = b""
    recipe = "\0".join((*_VDSO_SOURCES, *_VDSO_FLAGS, *_GO_FLAGS, LINKER_SCRIPT.read_text()))
    digest = hashlib.sha256(versions + recipe.encode()).hexdigest()
    return state_dir / "gvisor" / f"runsc-{digest[:16]}"


def build(state_dir: Path) -> Path:
    """Builds runsc unless it is there; returns its path.

    Raises:
        BuildFailed: a package is missing, or does not compile.
    """
    target = runsc_path(state_dir)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        binary = _build_in(Path(scratch))
        binary.chmod(0o755)
        binary.replace(target)
    return target


def _build_in(scratch: Path) -> Path:
    """Everything in one directory that goes away: the sources with their vDSO, and Go's cache."""
    sources = scratch / "gopath" / _MODULE
    if not (_LIBRARIES / _MODULE).is_dir():
        raise BuildFailed(f"gVisor's sources are missing: apt-get install {' '.join(PACKAGES)}")
    shutil.copytree(_LIBRARIES / _MODULE, sources)
    vdso = sources / "pkg/sentry/loader/vdsodata/vdso.so"
    files = [str(sources / name) for name in _VDSO_SOURCES]
    _run(["g++", f"-I{sources}", *_VDSO_FLAGS, f"-Wl,-T,{LINKER_SCRIPT}", "-o", str(vdso), *files])
    binary = scratch / "runsc"
    go = {
        "CGO_ENABLED": "0",  # static: the sentry has an empty root
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOTOOLCHAIN": "local",
        "GOPATH": f"{scratch / 'gopath'}:{_LIBRARIES}",
        "GOCACHE": str(scratch / "cache"),
    }
    _run(["go", "build", *_GO_FLAGS, "-o", str(binary), "gvisor.dev/gvisor/runsc"], go)
    return binary


def _run(command: list[str], variables: Mapping[str, str] | None = None) -> None:
    environment = {**os.environ, **(variables or {})}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BuildFailed(f"no {command[0]}: apt-get install {' '.join(PACKAGES)}") from error
    if done.returncode != 0:
        raise BuildFailed(f"{command[0]} failed:\n{done.stderr[-2000:]}")


def main() -> None:
    """Command line: prints the binary's path."""
    state_dir = Path(os.environ.get("SANDBOX_STATE_DIR", "/var/lib/sandbox"))
    try:
        sys.stdout.write(f"{build(state_dir)}\n")
    except BuildFailed as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
