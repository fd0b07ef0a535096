"""What `deploy/k8s` comes to when kubectl has put it together."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

K8S = Path(__file__).parents[2] / "deploy" / "k8s"
WHOLE = ("base", "overlays/small", "overlays/production")
ALL = (*WHOLE, "testgen")


@dataclass(frozen=True)
class Pod:
    """What makes pods, and the pods that it makes."""

    kind: str
    name: str
    namespace: str
    labels: dict[str, str]
    spec: dict[str, Any]

    @property
    def containers(self) -> list[dict[str, Any]]:
        """All of them, those that come first included."""
        return [*self.spec.get("initContainers", ()), *self.spec["containers"]]

    @property
    def main(self) -> dict[str, Any]:
        """The container that stays."""
        (container,) = self.spec["containers"]
        found: dict[str, Any] = container
        return found


@cache
def rendered(folder: str) -> str:
    """The manifests of a folder, as they would be applied."""
    command = [str(Path(sys.executable).parent / "kubectl"), "kustomize", str(K8S / folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr, done.stderr  # what is deprecated
    return done.stdout


@cache
def objects(folder: str, kind: str | None = None) -> tuple[dict[str, Any], ...]:
    """The objects of a folder, or those of a kind; not to be changed."""
    if kind is not None:
        return tuple(it for it in objects(folder) if it["kind"] == kind)
    return tuple(it for it in yaml.safe_load_all(rendered(folder)) if it)


def one(folder: str, kind: str, name: str) -> dict[str, Any]:
    """The object of that name; that of a generated one ends with a hash."""
    (found,) = (
        it
        for it in objects(folder, kind)
        if it["metadata"]["name"] == name or it["metadata"]["name"].startswith(f"{name}-")
    )
    return found


def config_map_files(folder: str, name: str, place: Path) -> Path:
    """A directory with the files of a ConfigMap, made in ``place``."""
    directory = place / name
    directory.mkdir()
    data: dict[str, str] = one(folder, "ConfigMap", name)["data"]
    for file, text in data.items():
        (directory / file).write_text(text)
    return directory


def pods(folder: str) -> Iterator[Pod]:
    """All that makes pods."""
    for it in objects(folder):
        template = it.get("spec", {}).get("template")
        if template is not None:
            meta = it["metadata"]
            labels = template["metadata"]["labels"]
            yield Pod(it["kind"], meta["name"], meta["namespace"], labels, template["spec"])


def pod(folder: str, name: str) -> Pod:
    """The one of that name."""
    (found,) = (it for it in pods(folder) if it.name == name)
    return found


def environment(folder: str, of: Pod, container: dict[str, Any]) -> dict[str, str]:
    """The variables of a container; empty where the value is known in the cluster only."""
    found: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        name = source["configMapRef"]["name"]
        (values,) = (
            it["data"]
            for it in objects(folder, "ConfigMap")
            if (it["metadata"]["name"], it["metadata"]["namespace"]) == (name, of.namespace)
        )
        found |= values
    found |= {it["name"]: it.get("value", "") for it in container.get("env", ())}
    return found


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether labels match a selector that says nothing but `matchLabels`."""
    assert selector.keys() <= {"matchLabels"}
    return selector.get("matchLabels", {}).items() <= labels.items()
