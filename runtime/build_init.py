"""Builds init, the one program of a container: ``python -m runtime.build_init``.

Static and without dependencies, so that it runs in any image. The name carries a hash of its
sources: an old binary is never taken for a new one.
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
    "-std=c17", "-D_GNU_SOURCE", "-O2", "-static", "-Wall", "-Wextra", "-Wconversion", "-Wshadow",
    "-Werror", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2",
)  # fmt: skip


def source_files() -> list[Path]:
    """All C sources and headers, in a fixed order."""
    return sorted([*SOURCES.glob("*.c"), *SOURCES.glob("*.h")])


def binary_path(directory: Path) -> Path:
    """Where the binary of the present sources belongs."""
    digest = hashlib.sha256("\0".join(_FLAGS).encode())
    for path in source_files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return directory / f"init-{digest.hexdigest()[:16]}"


def build(directory: Path, compiler: str = "gcc") -> Path:
    """Compiles init into ``directory`` unless it is there, and returns the binary's path.

    Raises:
        HostNotReady: there is no compiler, or it refuses.
    """
    binary = binary_path(directory)
    if binary.exists():
        return binary
    directory.mkdir(parents=True, exist_ok=True)
    sources = [str(path) for path in source_files() if path.suffix == ".c"]
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        output = Path(scratch) / "init"
        command = [compiler, *_FLAGS, "-o", str(output), *sources]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise HostNotReady(
                f"no C compiler ({compiler}): apt-get install gcc libc6-dev"
            ) from error
        if done.returncode != 0:
            raise HostNotReady(f"init does not compile with {compiler}:\n{done.stderr[-2000:]}")
        output.chmod(0o755)
        output.replace(binary)
    return binary


def main() -> None:
    """Command line: the directory to build into; prints the binary's path."""
    state_dir = Path(os.environ.get("SANDBOX_STATE_DIR", "/var/lib/sandbox"))
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else state_dir / "init"
    sys.stdout.write(f"{build(directory)}\n")


if __name__ == "__main__":
    main()
