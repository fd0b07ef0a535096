"""The direction of the layers, as a list of rules over the imports that were read."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.imports import UNREADABLE, ImportGraph, is_within, read_imports

PACKAGES = ("sandbox", "runtime", "images", "testgen")
# Programs that run in an image's interpreter; nobody imports them.
GUESTS = {
    "runtime.warm.hook",
    "testgen.guest.generate",
}  # programs that run in an image's interpreter; nobody imports them
DOOR = "sandbox.worker.host"  # the one module through which the service uses the mechanism

Rule = Callable[[ImportGraph], Iterator[str]]


def violations(root: Path) -> list[str]:
    """All breaches of the direction below `root`, one sentence each, sorted."""
    graph = read_imports(root, PACKAGES)
    return sorted({sentence for rule in RULES for sentence in rule(graph)})


def testgen_is_a_client(graph: ImportGraph) -> Iterator[str]:
    """The test generation uses the service as any caller does."""
    yield from _only(graph, "testgen", ["sandbox.client", "sandbox.models", "sandbox.checkers"])


def testgen_has_one_direction(graph: ImportGraph) -> Iterator[str]:
    """Its packages are layers: none imports another one that imports it, be it by other modules."""
    parts = ImportGraph(_by_part(graph, "testgen"))
    for cycle in parts.cycles():
        yield f"packages in a circle: {', '.join(cycle)}"


def _by_part(graph: ImportGraph, package: str) -> dict[str, frozenset[str]]:
    """Which packages directly within one import which."""
    parts: dict[str, set[str]] = {}
    for module in graph.modules(package):
        mine = _part(module)
        others = {_part(name) for name in graph.imports[module] if is_within(name, package)}
        parts.setdefault(mine, set()).update(others - {mine, package})
    return {name: frozenset(others) for name, others in parts.items()}


def _part(module: str) -> str:
    return ".".join(module.split(".")[:2])


def images_use_only_limits(graph: ImportGraph) -> Iterator[str]:
    """An image has default limits; that is all it shares with the mechanism."""
    yield from _only(graph, "images", ["runtime.limits"])


def runtime_stands_alone(graph: ImportGraph) -> Iterator[str]:
    """The mechanism knows no other part of the project."""
    yield from _only(graph, "runtime", [])


def mechanism_knows_no_service_libraries(graph: ImportGraph) -> Iterator[str]:
    """HTTP models and the queue's database are the service's affair."""
    for package in ("runtime", "images"):
        for module in graph.modules(package):
            for name in graph.imports[module]:
                if any(is_within(name, library) for library in ("pydantic", "redis", "fastapi")):
                    yield f"{module} imports {name}"


def api_needs_no_privilege(graph: ImportGraph) -> Iterator[str]:
    """Nothing that the API process loads, directly or not, reaches the mechanism."""
    for module in graph.modules("sandbox.api"):
        for name in graph.loaded_by(module):
            if _is_mechanism(name):
                yield f"{module} loads {name}"


def service_uses_one_door(graph: ImportGraph) -> Iterator[str]:
    """Of the service, one module touches the mechanism."""
    for module in graph.modules("sandbox"):
        for name in graph.imports[module]:
            if _is_mechanism(name) and module != DOOR:
                yield f"{module} imports {name}"


def no_cycles(graph: ImportGraph) -> Iterator[str]:
    """No module imports itself by a detour."""
    for cycle in graph.cycles():
        yield f"cycle: {', '.join(cycle)}"


def every_import_is_readable(graph: ImportGraph) -> Iterator[str]:
    """An import by a computed name would get around all rules."""
    for module, names in graph.imports.items():
        if UNREADABLE in names and module not in GUESTS:
            yield f"{module} imports {UNREADABLE}"


RULES: tuple[Rule, ...] = (
    testgen_is_a_client,
    testgen_has_one_direction,
    images_use_only_limits,
    runtime_stands_alone,
    mechanism_knows_no_service_libraries,
    api_needs_no_privilege,
    service_uses_one_door,
    no_cycles,
    every_import_is_readable,
)


def _is_mechanism(module: str) -> bool:
    return is_within(module, "runtime") or is_within(module, "images")


def _only(graph: ImportGraph, package: str, allowed: list[str]) -> Iterator[str]:
    """Breaches where `package` imports something of the project besides itself and `allowed`."""
    for module in graph.modules(package):
        for name in graph.imports[module]:
            of_project = any(is_within(name, other) for other in PACKAGES)
            if of_project and not any(is_within(name, other) for other in [package, *allowed]):
                yield f"{module} imports {name}"
