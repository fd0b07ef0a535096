"""Two images that claim one language name: the service works, and says so."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx

from images.store import ImageStore
from sandbox.settings import Settings
from tests.service.conftest import Service, open_to_containers

RIVAL = f"sha256:{'f' * 64}"


def add_rival(store: Path, image: str) -> None:
    """A second image, whose manifest differs from that of ``image`` in name and digest only."""
    stored = ImageStore(Settings().images_dir).get(image)
    original = stored.rootfs.parent
    shutil.copytree(original, store / original.name, symlinks=True)
    folder = store / RIVAL.replace(":", "-")
    folder.mkdir()
    (folder / "rootfs").symlink_to(f"../{original.name}/rootfs")
    text = (original / "manifest.json").read_text().replace(stored.digest, RIVAL)
    document = json.loads(text)
    document["definition"]["name"] = "rival"
    (folder / "manifest.json").write_text(json.dumps(document))
    (store / "names").mkdir()
    (store / "names" / image).write_text(f"{stored.digest}\n")
    (store / "names" / "rival").write_text(f"{RIVAL}\n")


def test_the_first_of_two_rival_images_is_used_and_readyz_names_both(
    tmp_path: Path, start_service: Callable[..., Service]
) -> None:
    add_rival(tmp_path / "state" / "images", "python")
    open_to_containers(tmp_path)
    service = start_service(state_dir=tmp_path / "state")
    result = service.run(language="python", code="print(6 * 7)")
    assert ("OK", "python") == (result.verdict, result.image.name if result.image else None)
    ready = httpx.get(f"{service.url}/readyz")
    assert 200 == ready.status_code
    cautions = [check for check in ready.json()["host"] if check["name"] == "language names"]
    assert {"CAUTION"} == {check["level"] for check in cautions}
    assert any("'python' and by 'rival'" in json.dumps(check) for check in cautions)
