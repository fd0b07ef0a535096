"""OCI images: fetched by ``skopeo`` into a layout of ours, and read from there.

skopeo knows registries, layouts and archives and the two manifest formats, chooses this machine's platform,
and compares every blob with its digest. What the layout says is still somebody else's: it is read with
bounds.
"""

import contextlib
import hashlib
import json
import os
import re
import stat
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from images.errors import BuildError

FETCH_TIMEOUT_S = 3600.0
MAX_LAYERS = 500

_TRANSPORTS = ("docker://", "oci:", "oci-archive:", "docker-archive:", "dir:")
_ARCHIVES = ("docker-archive", "oci-archive")
_MAX_DOCUMENT_BYTES = 4 << 20
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/\[\]-]*")
_VALUE = re.compile(r"[^\0\ud800-\udfff]*")
_LAYOUT = "layout"
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's archive as it lies in the layout; ``diff_id`` should be its digest when unpacked."""

    path: Path
    diff_id: str
    is_zstd: bool


@dataclass(frozen=True, slots=True)
class OciImage:
    """What an image consists of.

    Attributes:
        digest: over the digests of its unpacked layers: the same in whatever form it comes. It is a claim
            until the layers have been unpacked.
        layers: the lowest first.
        environment: the variables that it sets.
    """

    digest: str
    layers: tuple[Layer, ...]
    environment: Mapping[str, str]


def fetch(source: str, folder: Path, max_bytes: int, keep_open: Sequence[int] = ()) -> Path:
    """Copy ``source`` into an OCI layout below the empty directory ``folder``.

    ``source`` is a path, a reference in a registry (``debian:12``), or one with a transport of skopeo's.
    No blob may have more than ``max_bytes``, and all that skopeo writes twice that: it may have to unpack
    an archive first. ``keep_open`` are file descriptors that skopeo inherits.

    Raises:
        BuildError: there is no such image, or it cannot be had; with what skopeo says.
    """
    failures = []
    for candidate in _candidates(source, folder):
        failure = _copy(candidate, folder, max_bytes, keep_open)
        if not failure:
            return folder / _LAYOUT
        failures.append(failure)
    raise BuildError(f"cannot be fetched: {'; '.join(failures)}")


def read_layout(layout: Path) -> OciImage:
    """The one image of a layout that `fetch` made.

    Raises:
        BuildError: it is not as the specification says.
    """
    (entry, *others) = _list(_read(layout / "index.json"), "manifests") or [None]
    if entry is None or others:
        raise BuildError("the index has no image, or several")
    manifest = _read(_blob(layout, entry))
    config = _read(_blob(layout, _table(manifest, "config")))
    layers = _list(manifest, "layers")
    if len(layers) > MAX_LAYERS:
        raise BuildError(f"it has {len(layers)} layers; an image may have {MAX_LAYERS}")
    diff_ids = _list(_table(config, "rootfs"), "diff_ids")
    if len(diff_ids) != len(layers):
        raise BuildError(f"it has {len(layers)} layers and {len(diff_ids)} digests of them")
    over = "".join(f"{diff_id}\n" for diff_id in diff_ids)
    return OciImage(
        digest=f"sha256:{hashlib.sha256(over.encode(errors='replace')).hexdigest()}",
        layers=tuple(map(partial(_layer, layout), layers, diff_ids)),
        environment=_environment(_table(config, "config", optional=True)),
    )


def _candidates(source: str, folder: Path) -> list[str]:
    """What skopeo may call it. A path is named by a link, so that no character of it means anything."""
    if source.startswith(_TRANSPORTS):
        return [source]
    path = Path(source)
    if path.exists():
        (folder / "source").symlink_to(path.resolve())
        kinds = ("oci",) if path.is_dir() else _ARCHIVES
        return [f"{kind}:source" for kind in kinds]
    if not _REFERENCE.fullmatch(source):
        raise BuildError("is neither a path nor an image's name in a registry")
    return [f"docker://{source}"]


def _copy(source: str, folder: Path, max_bytes: int, keep_open: Sequence[int]) -> str:
    """What went wrong; empty if nothing did."""
    # --insecure-policy: no signatures are asked for; blobs are compared with their digests all the same.
    command = ["prlimit", f"--fsize={max_bytes}", "skopeo", "copy", "--quiet", "--insecure-policy"]
    command += [source, f"oci:{_LAYOUT}:image"]
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, "TMPDIR": str(folder.resolve())},
            pass_fds=keep_open,
        )
    except OSError as error:
        return f"skopeo cannot be started: {error}; apt-get install skopeo"
    with process:
        try:
            failure, said = _watch(process, folder, 2 * max_bytes)
        finally:
            process.kill()
    if failure or process.returncode == 0:
        return failure
    words = said.strip().splitlines()[-1:] or [f"skopeo ended with {process.returncode}"]
    return ascii(words[0])[1:-1]


def _watch(process: subprocess.Popen[str], folder: Path, max_bytes: int) -> tuple[str, str]:
    """Wait for its end. What is wrong, if that is not its own matter, and what it says."""
    deadline_s = time.monotonic() + FETCH_TIMEOUT_S
    while True:
        said = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            _, said = process.communicate(timeout=_LOOK_EVERY_S)
        if _size_bytes(folder) > max_bytes:
            return f"has more than {max_bytes >> 20} MiB", ""
        if said is not None:
            return "", said
        if time.monotonic() > deadline_s:
            return f"took more than {FETCH_TIMEOUT_S:g} s", ""


def _size_bytes(folder: Path) -> int:
    """The bytes in the files below ``folder``, while others make and rename them."""
    size_bytes = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            status = path.lstat()
            size_bytes += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return size_bytes


def _layer(layout: Path, place: Any, diff_id: Any) -> Layer:
    path = _blob(layout, place)
    kind = place.get("mediaType")
    if not isinstance(kind, str) or not path.is_file():
        raise BuildError("a layer is not there; it may be one that must not be distributed")
    return Layer(path, str(diff_id), kind.endswith("+zstd"))


def _environment(config: Mapping[str, Any]) -> dict[str, str]:
    variables = {}
    for text in _list(config, "Env") if config.get("Env") is not None else ():
        name, _, value = text.partition("=") if isinstance(text, str) else ("", "", "")
        if _VARIABLE.fullmatch(name) and _VALUE.fullmatch(value):
            variables[name] = value
    return variables


def _blob(layout: Path, place: Any) -> Path:
    digest = place.get("digest") if isinstance(place, Mapping) else None
    found = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    if found is None:
        raise BuildError("the layout names a blob by something that is no SHA-256 digest")
    return layout / "blobs" / "sha256" / found.group(1)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_DOCUMENT_BYTES + 1)
        document = json.loads(data) if len(data) <= _MAX_DOCUMENT_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise BuildError(f"{path.name}: is no JSON document: {str(error)!a}") from error
    if not isinstance(document, Mapping):
        raise BuildError(f"{path.name}: is no JSON object of at most {_MAX_DOCUMENT_BYTES} bytes")
    return document


def _table(document: Mapping[str, Any], key: str, *, optional: bool = False) -> Mapping[str, Any]:
    value = document.get(key)
    if value is None and optional:
        return {}
    if not isinstance(value, Mapping):
        raise BuildError(f"the layout has no {key!r} where one must be")
    return value


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    if not isinstance(value, list):
        raise BuildError(f"the layout has no list {key!r} where one must be")
    return value
