"""Reads which module imports which, from the source alone: nothing is executed.

Imports inside functions and under ``TYPE_CHECKING`` count like all others, and so do
``import_module("name")`` and ``__import__("name")``. An import whose name is only known at run time
cannot be read, and is listed as such.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

UNREADABLE = "<known only at run time>"
_IMPORT_FUNCTIONS = {"import_module", "__import__"}


@dataclass(frozen=True)
class ImportGraph:
    """Which module imports which.

    Attributes:
        imports: module -> what it names in its imports: modules of the tree where they are known,
            else the dotted name as it stands there (``redis.asyncio``, ``UNREADABLE``).
    """

    imports: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def modules(self, package: str) -> list[str]:
        """The modules of one package (or the one module of that name), sorted."""
        return sorted(name for name in self.imports if is_within(name, package))

    def loaded_by(self, module: str) -> set[str]:
        """All that is loaded with `module`: its imports, theirs, and the packages around them."""
        loaded: set[str] = set()
        waiting = [module]
        while waiting:
            name = waiting.pop()
            if name not in loaded:
                loaded.add(name)
                waiting += self.imports.get(name, ())
                waiting += _packages_around(name)
        return loaded - {module}

    def cycles(self) -> list[list[str]]:
        """Groups of modules that import each other in a circle, each sorted."""
        reach = {module: self._reachable(module) for module in self.imports}
        groups = {
            tuple(sorted(other for other in found if module in reach.get(other, ())))
            for module, found in reach.items()
            if module in found
        }
        return [list(group) for group in sorted(groups)]

    def _reachable(self, module: str) -> set[str]:
        found: set[str] = set()
        waiting = list(self.imports[module])
        while waiting:
            name = waiting.pop()
            if name in self.imports and name not in found:
                found.add(name)
                waiting += self.imports[name]
        return found


def is_within(module: str, package: str) -> bool:
    """Whether a module is the package itself or lies in it."""
    return module == package or module.startswith(f"{package}.")


def read_imports(root: Path, packages: Iterable[str]) -> ImportGraph:
    """Read all modules of the packages below `root`; a package that is not there is empty."""
    files = {
        _module_name(path.relative_to(root)): path
        for package in packages
        for path in sorted((root / package).rglob("*.py"))
        if _is_importable(path.relative_to(root))
    }
    return ImportGraph(
        {name: frozenset(_imports_of(name, path, files)) for name, path in files.items()}
    )


def _is_importable(path: Path) -> bool:
    return all(part.isidentifier() for part in path.with_suffix("").parts)


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _packages_around(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _imports_of(module: str, path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_bytes(), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _names_of_from(node, package, known)
        elif isinstance(node, ast.Call) and _called_name(node) in _IMPORT_FUNCTIONS:
            yield _literal_argument(node)


def _names_of_from(node: ast.ImportFrom, package: str, known: Mapping[str, Path]) -> Iterator[str]:
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
    for alias in node.names:
        submodule = f"{base}.{alias.name}"
        yield submodule if submodule in known else base


def _called_name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _literal_argument(call: ast.Call) -> str:
    match call.args:
        case [ast.Constant(value=str(name)), *_]:
            return name
    return UNREADABLE
