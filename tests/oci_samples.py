"""Made-up OCI images: layers of entries, honest and hostile, as a layout or a ``docker save`` archive."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"


def entry(
    name: str, content: str | bytes | None = None, **fields: Any
) -> tuple[tarfile.TarInfo, bytes]:
    """An entry of a layer: a file with ``content``, else a directory; ``fields`` are `TarInfo`'s."""
    data = content.encode() if isinstance(content, str) else content or b""
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
    info.mode = 0o755 if content is None else 0o644
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def link(name: str, target: str, *, hard: bool = False) -> tuple[tarfile.TarInfo, bytes]:
    """A symbolic or a hard link."""
    kind = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
    return entry(name, "", type=kind, linkname=target)


def layer(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """The tar archive of a layer."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tree_layer(root: Path) -> bytes:
    """All of a directory as one layer."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(root.iterdir()):
            archive.add(path, path.name)
    return buffer.getvalue()


def config(layers: Iterable[bytes], environment: Sequence[str] = ()) -> bytes:
    """An image's configuration."""
    diff_ids = [f"sha256:{hashlib.sha256(data).hexdigest()}" for data in layers]
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": list(environment)},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    }
    return json.dumps(document).encode()


def layout(
    folder: Path,
    layers: Sequence[bytes],
    environment: Sequence[str] = (),
    packed: str = "gzip",
    claimed: Sequence[bytes] | None = None,
) -> Path:
    """An OCI layout with one image; ``packed`` is none, gzip or zstd, ``claimed`` what it says it has."""
    (folder / "blobs" / "sha256").mkdir(parents=True)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    described = [
        _described(
            folder, _packed(data, packed), LAYER_TYPE + ("" if packed == "none" else f"+{packed}")
        )
        for data in layers
    ]
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _described(
            folder,
            config(claimed or layers, environment),
            "application/vnd.oci.image.config.v1+json",
        ),
        "layers": described,
    }
    kind = "application/vnd.oci.image.manifest.v1+json"
    index = {
        "schemaVersion": 2,
        "manifests": [_described(folder, json.dumps(manifest).encode(), kind)],
    }
    (folder / "index.json").write_text(json.dumps(index))
    return folder


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Serves the image of a layout as a registry does; yields its host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, name = self.path.removeprefix("/v2/sample/").partition("/")
            if name == "latest":
                (entry,) = json.loads((folder / "index.json").read_text())["manifests"]
                name = entry["digest"]
            path = folder / "blobs" / name.replace(":", "/")
            data = b"" if self.path == "/v2/" else path.read_bytes()
            self.send_response(200)
            if kind == "manifests":
                self.send_header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing on the test's stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def docker_archive(path: Path, layers: Sequence[bytes], environment: Sequence[str] = ()) -> Path:
    """What ``docker save`` wrote for years."""
    data = config(layers, environment)
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    config_name = f"{hashlib.sha256(data).hexdigest()}.json"
    manifest = [{"Config": config_name, "RepoTags": ["sample:latest"], "Layers": names}]
    entries = [entry(config_name, data), *(entry(n, d) for n, d in zip(names, layers, strict=True))]
    path.write_bytes(layer(*entries, entry("manifest.json", json.dumps(manifest))))
    return path


def _packed(data: bytes, how: str) -> bytes:
    if how == "zstd":
        return subprocess.run(["zstd", "-cq"], input=data, capture_output=True, check=True).stdout
    return gzip.compress(data, 1, mtime=0) if how == "gzip" else data


def _described(folder: Path, data: bytes, kind: str) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    (folder / "blobs" / "sha256" / digest).write_bytes(data)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}
