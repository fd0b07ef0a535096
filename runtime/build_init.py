"""Builds init, the one program of a container: ``python -m runtime.build_init``.

Static and without dependencies, so that it runs in any image. A second build of some of its sources is the
library that a warm interpreter loads; that one uses the C library of the image. The names carry a hash of
the sources: an old binary is never taken for a new one.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from runtime.errors import HostNotReady

SOURCES = Path(__file__).parent / "init"
_FLAGS = (
    "-std=c17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Wshadow",
    "-Werror", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2",
)  # fmt: skip
_INIT_FLAGS = ("-static",)
_LIBRARY_FLAGS = ("-fPIC", "-shared", "-fvisibility=hidden")
_ONLY_IN_INIT = {"init.c", "collect.c", "gvisor.c", "inside.c", "reap.c"}
_ONLY_IN_LIBRARY = {"warm.c"}


def source_files() -> list[Path]:
    """All C sources and headers, in a fixed order."""
    return sorted([*SOURCES.glob("*.c"), *SOURCES.glob("*.h")])


def _name(kind: str) -> str:
    digest = hashlib.sha256("\0".join((*_FLAGS, *_INIT_FLAGS, *_LIBRARY_FLAGS)).encode())
    for path in source_files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{kind}-{digest.hexdigest()[:16]}"


def binary_path(directory: Path) -> Path:
    """Where the binary of the present sources belongs."""
    return directory / _name("init")


def library_path(directory: Path) -> Path:
    """Where the library for warm interpreters belongs."""
    return directory / f"{_name('warm')}.so"


def build(directory: Path, compiler: str = "gcc") -> Path:
    """Compiles init and the library into ``directory`` unless they are there.

    Returns:
        The path of the init binary.

    Raises:
        HostNotReady: there is no compiler, or it refuses.
    """
    directory.mkdir(parents=True, exist_ok=True)
    sources = [path for path in source_files() if path.suffix == ".c"]
    of_library = [path for path in sources if path.name not in _ONLY_IN_INIT]
    of_init = [path for path in sources if path.name not in _ONLY_IN_LIBRARY]
    _compile(compiler, _LIBRARY_FLAGS, of_library, library_path(directory))
    _compile(compiler, _INIT_FLAGS, of_init, binary_path(directory))
    return binary_path(directory)


def _compile(compiler: str, flags: tuple[str, ...], sources: list[Path], target: Path) -> None:
    if target.exists():
        return
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        output = Path(scratch) / "output"
        command = [compiler, *_FLAGS, *flags, "-o", str(output), *map(str, sources)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise HostNotReady(
                f"no C compiler ({compiler}): apt-get install gcc libc6-dev"
            ) from error
        if done.returncode != 0:
            raise HostNotReady(f"init does not compile with {compiler}:\n{done.stderr[-2000:]}")
        output.chmod(0o755)
        output.replace(target)


def main() -> None:
    """Command line: the directory to build into; prints the binary's path."""
    state_dir = Path(os.environ.get("SANDBOX_STATE_DIR", "/var/lib/sandbox"))
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else state_dir / "init"
    sys.stdout.write(f"{build(directory)}\n")


if __name__ == "__main__":
    main()
