"""The programs that are run, and how the images say that they are run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from images.catalog import Catalog
from images.manifest import StoredImage
from runtime.limits import Limits

_CPP = """\
#include <bits/stdc++.h>

int main() {
    std::vector<long> numbers(1000, NUMBER);
    std::sort(numbers.begin(), numbers.end());
    std::cout << numbers.front() << "\\n";
}
"""


@dataclass(frozen=True, slots=True)
class Workload:
    """A program of which there are many variants, none like another.

    Attributes:
        name: in the tables.
        language: whose command runs it.
        source, expected: source code and output, in which NUMBER stands for the variant's number.
        command: run in place of the language's command; such a workload has no source.
        concurrency: callers at once over HTTP; none if it is not measured there.
    """

    name: str
    language: str
    source: str
    expected: str
    concurrency: tuple[int, ...]
    command: tuple[str, ...] | None = None

    def source_of(self, number: int) -> str:
        """The source code of variant ``number``."""
        return self.source.replace("NUMBER", str(number))

    def expected_of(self, number: int) -> str:
        """What that variant prints."""
        return self.expected.replace("NUMBER", str(number))


# Slow programs get fewer callers: 128 of them would wait for minutes.
WORKLOADS = (
    Workload("true", "python", "", "", (), ("/bin/true",)),
    Workload("python", "python", "print(NUMBER)\n", "NUMBER\n", (1, 8, 32, 128)),
    Workload(
        "numpy",
        "python",
        "import numpy\n\nprint(numpy.full(10, NUMBER).max())\n",
        "NUMBER\n",
        (1, 8),
    ),
    Workload("c++", "cpp", _CPP, "NUMBER\n", (1, 8)),
)


@dataclass(frozen=True, slots=True)
class Task:
    """A workload with all that a contender needs to run it. The same for every contender."""

    workload: Workload
    digest: str
    rootfs: Path
    source_file: str
    compile: tuple[str, ...] | None
    artefacts: tuple[str, ...]
    run: tuple[str, ...]
    environment: Mapping[str, str]
    limits: Limits
    compile_limits: Limits

    def input_files(self, number: int) -> dict[str, str]:
        """What lies in the working directory of variant ``number``."""
        if self.workload.command is not None:
            return {}
        return {self.source_file: self.workload.source_of(number)}


def make_task(workload: Workload, catalog: Catalog) -> Task:
    """The task of a workload. Raises CatalogError if no image has its language."""
    image, language = catalog.resolve(workload.language)
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
    )


def images_of(workloads: tuple[Workload, ...], catalog: Catalog) -> list[StoredImage]:
    """The images from which the workloads come, each once."""
    images = [catalog.resolve(workload.language).image for workload in workloads]
    return list({image.digest: image for image in images}.values())
