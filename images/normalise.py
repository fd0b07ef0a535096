"""From "just installed" to "an image": the same bytes each time, readable by all, no privilege.

``normalise`` is a flat list of steps. What they guarantee, the runtime relies on:

- ``/proc /dev /tmp /run /sys`` are real, empty directories (a link there could lead a mount
  outside), and ``/box`` does not exist;
- everything belongs to root, is readable and searchable by others, has no setuid or setgid bit, no
  file capability and no other extended attribute (``user.overlay.*`` would steer an overlay mount);
- nothing tells about the machine that built it, and nothing changes from build to build.
"""

import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from images.errors import BuildError
from images.tree import walk

MOUNT_POINTS = {"proc": 0o755, "dev": 0o755, "sys": 0o755, "run": 0o755, "tmp": 0o1777}

ACCOUNTS = """\
root:x:0:0:root:/root:/bin/sh
sandbox:x:1000:1000:sandbox:/tmp:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUPS = """\
root:x:0:
sandbox:x:1000:
nogroup:x:65534:
"""
IDENTITY = {
    "etc/passwd": ACCOUNTS,
    "etc/group": GROUPS,
    "etc/hostname": "sandbox\n",
    "etc/hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "etc/resolv.conf": "",
}

DOCUMENTATION = (
    "/usr/share/man/*",
    "/usr/share/info/*",
    "/usr/share/groff/*",
    # Licences stay: they lie in */copyright.
    "/usr/share/doc/*/[!c]*",
    "/usr/share/doc/*/c[!o]*",
    "/usr/share/doc/*/co[!p]*",
    "/usr/share/doc-base/*",
    "/usr/share/lintian/*",
    "/usr/share/bug/*",
    "/usr/share/locale/*",
    "/usr/share/bash-completion",
    "/usr/share/zsh",
    "/usr/share/gdb",
    "/usr/share/pixmaps",
    "/usr/share/applications",
)

VOLATILE = (
    # The package manager: its work is done, and its sources name the builder's mirrors.
    "/etc/apt",
    "/etc/dpkg",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/lib/systemd",
    "/var/lib/pam",
    "/var/cache/*",
    "/var/log/*",
    "/var/backups/*",
    "/var/tmp/*",  # noqa: S108 - inside the image
    # Accounts beyond the three above, and what else is made anew by each installation.
    "/etc/shadow*",
    "/etc/gshadow*",
    "/etc/passwd-",
    "/etc/group-",
    "/etc/subuid*",
    "/etc/subgid*",
    "/etc/.pwd.lock",
    "/etc/machine-id",
    "/var/lib/dbus",
    "/etc/fstab",
    "/etc/mtab",
    "/etc/cron.d",
    "/etc/cron.daily",
    "/root/.[!.]*",
)

FIXED_TIME_S = 1_000_000_000
"""The modification time (seconds since 1970) of everything that the build itself made."""


def normalise(rootfs: Path, started_at_s: float) -> None:
    """Make an image of an installed ``rootfs``; ``started_at_s`` is when the build began.

    Raises:
        BuildError: the tree has something that no image may have.
    """
    if (rootfs / "box").is_symlink() or (rootfs / "box").exists():
        raise BuildError(
            f"{rootfs}: has a /box, which is the runtime's own; remove it by the definition"
        )
    remove(rootfs, VOLATILE)
    for name, mode in MOUNT_POINTS.items():
        _empty_directory(rootfs / name, mode)
    for name, text in IDENTITY.items():
        _write(rootfs / name, text)
    for path, status in walk(rootfs):
        _restrict(path, status)
    for path, status in walk(rootfs):
        _fix_time(path, status, started_at_s)


def add_files(rootfs: Path, files: Mapping[str, str]) -> None:
    """Write the ``files`` (absolute path → text) of a definition; ``#!`` makes one executable.

    Raises:
        BuildError: a path leads through a link to outside of the image.
    """
    inside = rootfs.resolve(strict=True)
    for name, text in files.items():
        path = rootfs / name.lstrip("/")
        if not path.parent.resolve().is_relative_to(inside):
            raise BuildError(f"{name}: leads to {path.parent.resolve()}, outside of the image")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755 if text.startswith("#!") else 0o644)


def remove(rootfs: Path, patterns: tuple[str, ...]) -> None:
    """Delete what matches the absolute ``patterns`` inside ``rootfs``.

    Raises:
        BuildError: a pattern leads through a link to outside of the image.
    """
    inside = rootfs.resolve(strict=True)
    for pattern in patterns:
        for path in sorted(rootfs.glob(pattern.lstrip("/")), reverse=True):
            if not path.parent.resolve().is_relative_to(inside):
                raise BuildError(
                    f"{pattern}: leads to {path.resolve()}, outside of the image; mend the pattern"
                )
            _delete(path)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _empty_directory(path: Path, mode: int) -> None:
    if not path.is_symlink() and not path.exists():
        path.mkdir()
    if path.is_symlink() or not path.is_dir():
        raise BuildError(f"{path}: must be a real directory, since file systems are mounted on it")
    for child in path.iterdir():
        _delete(child)
    path.chmod(mode)


def _write(path: Path, text: str) -> None:
    if path.parent.is_symlink():
        raise BuildError(f"{path.parent}: must be a real directory")
    path.parent.mkdir(exist_ok=True)
    # A link (resolv.conf often is one) would lead the writing to a file of the host.
    path.unlink(missing_ok=True)
    path.write_text(text)


def _restrict(path: Path, status: os.stat_result) -> None:
    kind = status.st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISLNK(kind)):
        raise BuildError(
            f"{path}: is neither file, directory nor link; remove it by the definition"
        )
    for attribute in os.listxattr(path, follow_symlinks=False):
        os.removexattr(path, attribute, follow_symlinks=False)
    if (status.st_uid, status.st_gid) != (0, 0):
        os.chown(path, 0, 0, follow_symlinks=False)
    if not stat.S_ISLNK(kind):
        wanted = readable_mode(kind)
        if stat.S_IMODE(kind) != wanted:
            path.chmod(wanted)


def readable_mode(mode: int) -> int:
    """The permission bits without setuid and setgid, readable by all, executable by all or none."""
    bits = stat.S_IMODE(mode) & ~(stat.S_ISUID | stat.S_ISGID) | 0o444
    if stat.S_ISDIR(mode) or bits & 0o111:
        bits |= 0o111
    return bits


def _fix_time(path: Path, status: os.stat_result, started_at_s: float) -> None:
    # Python's compiled modules name the time of their source, so sources keep theirs.
    if status.st_mtime >= started_at_s and path.suffix != ".py":
        os.utime(path, (FIXED_TIME_S, FIXED_TIME_S), follow_symlinks=False)
