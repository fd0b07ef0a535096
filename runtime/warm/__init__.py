"""Warm interpreters: programs that are forks of an interpreter that has already started.

Theory of operation. Starting CPython costs ten times what a run's isolation costs, and is the same every
time. So a container may hold one interpreter that has started and has loaded what programs usually import;
the program of a run is a fork of it. ``init/warm.c`` forks it into the namespaces of the run and takes it
through the same steps as any other program; ``hook.py`` runs inside the interpreter and decides where it
waits, what is loaded, and when a program may end without taking the interpreter apart. A run whose command
or environment is another one is executed as always, and so is one that may have no more than one process or
that brings a module of its own under a name that is loaded.

A fork costs the more, the more its interpreter has loaded. Modules that are large and rarely used are
therefore loaded by a second interpreter (``interpreters.py``). It is started when the first program comes
that has the name of such a module in one of its files. Whoever imports one without ever naming it gets it
the long way.

What a program can see of it: nothing in the interpreter's state (``tests/privileged/test_warm.py`` compares
it with that of a fresh one), and no import finds another file. It can see that an import was fast, that its
peak memory began above zero, the library's name in ``/proc/self/maps``, and, if it looks into the import
system's own module, that a function there is another one.

What is not protected: the forks of one container share the layout of their address space, so a program
learns addresses that the next one will have too. It learns nothing else: what it writes is its own copy.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.init_protocol import InputFile
from runtime.program import Program

_HOOK = Path(__file__).parent / "hook.py"


@dataclass(frozen=True, slots=True)
class WarmSpec:
    """A CPython that can be kept warm.

    Attributes:
        argv: the command of the programs that can be forks of it, ``python3 main.py`` for example.
        env: their environment. It has HOME, where CPython looks for the user's own modules.
        python_version: ``3.11``: part of the name of that directory.
        modules: what is imported ahead of time. A package must not be listed together with one of its
            modules that it does not load by itself.
        rare_modules: what the second interpreter imports besides.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    python_version: str
    modules: tuple[str, ...]
    rare_modules: tuple[str, ...] = ()

    def accepts(self, program: Program) -> bool:
        """Whether ``program`` can be a fork: the same command, and no module of its own comes first."""
        if program.argv != self.argv or program.env != self.env:
            return False
        modules = (*self.modules, *self.rare_modules)
        loaded = {*sys.stdlib_module_names, *(name.partition(".")[0] for name in modules)}
        names = (path.partition("/")[0].partition(".")[0] for path in program.paths)
        return loaded.isdisjoint(names)

    def files(self, library: Path, modules: tuple[str, ...]) -> list[InputFile]:
        """What an interpreter that loads ``modules`` finds in its jail; paths are relative to the root."""
        home = self.env["HOME"].strip("/")
        place = f"{home}/.local/lib/python{self.python_version}/site-packages"
        hook = _HOOK.read_text().replace('MODULES: "Sequence[str]" = ()', f"MODULES = {modules!r}")
        return [
            InputFile(f"{place}/usercustomize.py", hook.encode()),
            InputFile(f"{place}/warm.so", library.read_bytes(), 0o755),
        ]
