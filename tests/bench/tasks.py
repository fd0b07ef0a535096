"""How the images say that the workloads are run. Apart, because the agents need none of what it imports."""

import dataclasses

from images.catalog import Catalog
from images.manifest import StoredImage
from sandbox.worker.host import warm_spec
from tests.bench.workloads import Task, Workload


def make_task(workload: Workload, catalog: Catalog) -> Task:
    """The task of a workload. Raises CatalogError if no image has its language."""
    image, language = catalog.resolve(workload.language)
    warm = warm_spec(image)
    return Task(
        workload=workload,
        digest=image.digest,
        rootfs=image.rootfs,
        source_file=language.source_file,
        compile=language.compile if workload.command is None else None,
        artefacts=language.artefacts,
        run=workload.command or language.run,
        environment=dict(image.definition.environment_of(language)),
        limits=language.limits,
        compile_limits=language.compile_limits,
        # It goes to other processes, and not every kind of mapping can.
        warm=warm and dataclasses.replace(warm, env=dict(warm.env)),
    )


def images_of(workloads: tuple[Workload, ...], catalog: Catalog) -> list[StoredImage]:
    """The images from which the workloads come, each once."""
    images = [catalog.resolve(workload.language).image for workload in workloads]
    return list({image.digest: image for image in images}.values())
