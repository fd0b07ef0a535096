"""A program cannot tell from inside that it is a fork of a warm interpreter, nor leave anything to the next.

Each program is run twice: in a container without a warm interpreter, as ``python3 main.py``, and as a fork.
Everything that is observed of the two must be the same.
"""

import asyncio
import contextlib
import dataclasses
import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from images.store import ImageStore
from runtime.errors import SandboxFault, SlotBroken
from runtime.limits import MIB, Limits
from runtime.outcome import Outcome
from runtime.pool import Image
from sandbox.settings import Settings
from sandbox.worker.host import warm_spec
from tests.privileged.lab import Files, Runner
from tests.privileged.leaks import warm_pids
from tests.privileged.outcomes import said, was_short_of_memory

ROOMY = Limits(cpu_time_s=10, wall_time_s=20, memory_bytes=512 * MIB)


@dataclass
class Both:
    """Runs a program in a container without and in one with a warm interpreter."""

    runner: Runner
    cold: Image
    warm: Image

    def environment(self) -> Mapping[str, str]:
        assert self.warm.warm is not None
        return self.warm.warm.env

    def booted_anew(self) -> Image:
        """The warm image by a name of its own, for which no slot has a container yet."""
        return dataclasses.replace(self.warm, digest=f"{self.warm.digest} {os.urandom(4).hex()}")

    def run(
        self, image: Image, *codes: str, files: Files | None = None, limits: Limits = ROOMY
    ) -> list[Outcome]:
        """Programs one after the other in one slot."""

        async def all_of_them() -> list[Outcome]:
            async with self.runner.pool.lease(image) as slot:
                return [
                    await self.runner.run_in(
                        slot,
                        ["python3", "main.py"],
                        {"main.py": code, **(files or {})},
                        stdin=b"first\nsecond\n",
                        limits=limits,
                        env=self.environment(),
                        collect=["*.out"],
                    )
                    for code in codes
                ]

        return self.runner.wait(all_of_them())

    def compare(self, code: str, files: Files | None = None) -> str:
        """What the program prints, which is the same both ways."""
        (cold,) = self.run(self.cold, code, files=files)
        (warm,) = self.run(self.warm, code, files=files)
        assert seen(cold) == seen(warm)
        return cold.stdout.decode(errors="replace")


def seen(outcome: Outcome) -> dict[str, object]:
    """What a caller sees of a run."""
    return {
        "end": (outcome.exit_code, outcome.signal, outcome.killed_by, outcome.start_error),
        "stdout": without_addresses(outcome.stdout),
        "stderr": without_addresses(outcome.stderr),
        "files": sorted((file.path, file.content) for file in outcome.files),
        "leftovers": outcome.leftover_processes,
    }


def without_addresses(output: bytes) -> str:
    """Where in memory an object is, or which number a mount has, is no property of a program."""
    text = output.decode(errors="replace")
    text = re.sub(r"0x[0-9a-f]{6,}|\b1[34]\d{13}\b", "ADDRESS", text)
    return re.sub(r"\d+ \d+ \d+:\d+ (\S+ \S+ ro|\S+ \S+ rw)", r"MOUNT \1", text)


@pytest.fixture
def both(runner: Runner) -> Both:
    stored = ImageStore(Settings().images_dir).get("python")
    spec = warm_spec(stored)
    assert spec is not None, "the python image's definition says warm = true"
    return Both(
        runner, runner.images["python"], Image(f"{stored.digest} warm", stored.rootfs, spec)
    )


MODULES = ["bisect", "collections", "copy", "datetime", "functools", "heapq", "itertools", "json", "operator", "random", "re", "string", "typing", "numpy"]  # fmt: skip

STATES = {
    "arguments": "import sys; print(sys.argv, sys.orig_argv, sys.executable, sys.prefix, sys.base_prefix)",
    "main": "print(sorted(globals()), __name__, __file__, __spec__, __loader__, __builtins__, __doc__)",
    "path": "import sys; print(sys.path, sys.meta_path, [h.__qualname__ for h in sys.path_hooks])",
    "finder cache": "import sys; print(sorted(sys.path_importer_cache))",
    "modules": "import sys; print(list(sys.modules))",
    "flags": "import sys; print(sys.flags, sys.warnoptions, sys._xoptions, sys.dont_write_bytecode)",
    "hash seed": "print(hash('word'), hash(b'word'), list({'a', 'b', 'c', 'd'}))",
    "environment": """
import os, posix
print(dict(os.environ), posix.environ, os.getenv("HOME"))
for name in ("environ", "cmdline", "comm", "wchan", "oom_score_adj", "cgroup", "mountinfo"):
    print(name, open(f"/proc/self/{name}", "rb").read().split(b"\\0"))
""",
    "status": r"""
import re
text = open("/proc/self/status").read()
print(re.sub(r"(?m)^(Vm|Rss|Huge|Speculation|voluntary|nonvoluntary|Mems|Cpus).*\n", "", text))
""",
    "descriptors": """
import os
for fd in sorted(os.listdir("/proc/self/fd")):
    try:
        print(fd, oct(os.fstat(int(fd)).st_mode), os.fstat(int(fd)).st_blksize, os.get_inheritable(int(fd)),
              os.readlink(f"/proc/self/fd/{fd}").partition(":")[0])
    except OSError as error:
        print(fd, error)
""",
    "identity": """
import os
print(os.getpid(), os.getppid(), os.getsid(0), os.getpgid(0), os.getuid(), os.geteuid(), os.getgid(),
      os.getgroups(), os.getresuid(), os.getresgid(), os.nice(0), os.sched_getaffinity(0) is not None)
""",
    "children have the same numbers": """
import os
for _ in range(3):
    if os.fork() == 0:
        print(os.getpid(), os.getppid(), flush=True); os._exit(0)
    os.wait()
""",
    "place": "import os; print(os.getcwd(), oct(os.umask(0o77)), os.listdir(), os.listdir('/'), os.listdir('/tmp'))",
    "signals": """
import signal
print([(s, signal.getsignal(s)) for s in sorted(signal.valid_signals())])
print(signal.pthread_sigmask(0, []), signal.getitimer(0), signal.sigpending())
""",
    "limits": """
import resource
print({n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith("RLIMIT_")})
""",
    "interpreter": """
import sys, gc, threading, _thread
print(sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled(), gc.get_threshold(), gc.callbacks,
      gc.garbage, gc.get_debug(), threading.enumerate(), threading.active_count(), _thread._count(),
      threading.main_thread() is threading.current_thread(), sys.gettrace(), sys.getprofile(),
      sys.excepthook, sys.displayhook, sys.exc_info(), hasattr(sys, "last_type"), sys.getdlopenflags(),
      sys.get_asyncgen_hooks(), sys.get_int_max_str_digits(), sys.is_finalizing(), sys.version)
""",
    "standard streams": """
import sys
for stream in (sys.stdin, sys.stdout, sys.stderr):
    raw = stream.buffer.raw
    print(stream, stream.line_buffering, stream.write_through, stream.errors, stream.newlines,
          stream.isatty(), stream.seekable(), stream.readable(), stream.writable(), stream.fileno(),
          stream.buffer, raw, raw.closefd, raw._blksize if hasattr(raw, "_blksize") else None)
print(sys.stdin.buffer.tell(), sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__)
print(len(sys.stdin.buffer.peek()))
""",
    "input": "print(input(), '|', input())\ntry: input()\nexcept EOFError as error: print(repr(error))",
    "input by descriptor": "import os; print(os.read(0, 3), os.lseek(0, 0, 1), open(0).read())",
    "reopened streams": "print(open('/dev/stdin').read()); open('/dev/stdout', 'w').write('out')",
    "site": """
import site, sys
print(site.ENABLE_USER_SITE, site.USER_SITE, site.USER_BASE, site.PREFIXES, site.getsitepackages())
try:
    import usercustomize
except ImportError as error:
    print(repr(error), error.name, error.path)
""",
    "builtins": "import builtins; print(sorted(vars(builtins)), builtins.__import__, builtins.open)",
    "warnings": "import warnings, sys; print(warnings.filters); warnings.warn('careful')",
    "codecs and locale": "import codecs, locale, sys; print(codecs.lookup('utf-8'), locale.getlocale(),"
    " locale.setlocale(locale.LC_ALL), sys.getfilesystemencoding(), sys.stdout.encoding)",
    "stack": "import sys, traceback, inspect; traceback.print_stack();"
    " print(sys._getframe().f_back, len(inspect.stack()), len(sys._current_frames()))",
    "depth of recursion": """
def depth(n):
    try: return depth(n + 1)
    except RecursionError: return n
print(depth(0))
""",
    "memory file": "import os; open('/proc/self/mem', 'rb').close(); print(os.access('/proc/self/fd', os.R_OK))",
    "threads": """
import threading, _thread
print(threading.get_ident() == threading.main_thread().ident, threading.get_native_id())
lock = threading.Lock(); lock.acquire()
thread = threading.Thread(target=lambda: (print(threading.get_native_id()), lock.release())); thread.start()
lock.acquire(); thread.join(); print(threading.stack_size())
""",
    "subprocesses": "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'print(1)'],"
    " capture_output=True), subprocess.check_output('echo $$; ps 2>/dev/null; ulimit -a', shell=True))",
    "multiprocessing": "import multiprocessing\nif __name__ == '__main__':\n with multiprocessing.Pool(2) as p:"
    " print(p.map(abs, [-1, -2]))",
    "asyncio": "import asyncio\nasync def main(): await asyncio.sleep(0); print(1)\nasyncio.run(main())",
}


@pytest.mark.parametrize("name", STATES)
def test_the_state_is_that_of_a_fresh_interpreter(both: Both, name: str):
    both.compare(STATES[name])


ENDS = {
    "falls off the end": "print(1)",
    "exit": "import sys; sys.exit()",
    "exit status": "raise SystemExit(7)",
    "exit status of many bits": "raise SystemExit(257)",
    "negative exit status": "import sys; sys.exit(-1)",
    "exit with a word": "import sys; sys.exit('a word')",
    "exit with True": "import sys; sys.exit(True)",
    "exit with an object": "import sys; sys.exit([1, 2])",
    "exit of a kind": "class Mine(SystemExit): code = 5\nraise Mine",
    "exit in a function": "def f(): exit(3)\nf()",
    "exit without __file__": "import sys\nfile = __file__\ndel file\nsys.exit(4)",
    "exit at once": "import os; print('lost'); os._exit(9)",
    "exit in a thread": "import threading, sys; t = threading.Thread(target=sys.exit, args=(3,)); t.start()",
    "an exception": "def f(x):\n    return 1 / x\n\nf(0)",
    "a chain of exceptions": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('b') from error",
    "a group of exceptions": "raise ExceptionGroup('many', [ValueError(1), KeyError(2)])",
    "an exception of one's own": "class Mine(Exception):\n    def __str__(self): return 'mine'\nraise Mine",
    "an exception in a hook": "import sys\nsys.excepthook = lambda *a: print('hook', a[0])\n1 / 0",
    "a broken hook": "import sys\nsys.excepthook = lambda *a: 1 / 0\n[][0]",
    "no syntax": "print('never'\nx = = 2",
    "bad indentation": "if True:\nprint(1)",
    "an encoding that is none": "# -*- coding: no-such -*-\nprint(1)",
    "not UTF-8": "import sys; sys.stdout.buffer.write(b'\\xff')",
    "interrupted": "raise KeyboardInterrupt",
    "interrupts itself": "import os, signal; os.kill(os.getpid(), signal.SIGINT)",
    "terminates itself": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "kills itself": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "aborts": "import os; os.abort()",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "raises a signal": "import signal; signal.raise_signal(signal.SIGUSR1)",
    "recursion": "def f(): f()\nf()",
    "atexit": "import atexit\natexit.register(print, 'first')\natexit.register(print, 'second')\nprint('main')",
    "atexit after exit": "import atexit, sys\natexit.register(print, 'bye')\nsys.exit(3)",
    "broken atexit": "import atexit\natexit.register(lambda: 1 / 0)\nprint('main')",
    "atexit that exits": "import atexit, sys\natexit.register(lambda: sys.exit(4))",
    "atexit cleared": "import atexit\natexit._clear()\nprint('x')",
    "weak finaliser": "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, print, 'gone')",
    "weak callback": "import weakref\nclass A: pass\na = A()\nr = weakref.ref(a, lambda _: print('gone'))",
    "destructor": "class A:\n    def __del__(self): print('gone')\na = A()",
    "destructor of slots": "class A(int):\n    __slots__ = ()\n    def __del__(self): print('gone')\na = A(3)",
    "destructor in a cycle": "class A:\n    def __del__(self): print('gone')\na = A(); a.a = a; del a",
    "destructor of a base": "class A:\n    def __del__(self): print('gone')\nclass B(A): pass\nb = [B()]",
    "destructor of a class": "class M(type):\n    def __del__(c): print('gone')\nclass A(metaclass=M): pass",
    "broken destructor": "class A:\n    def __del__(self): 1 / 0\na = A()",
    "destructor put in later": "class A: pass\na = A()\nA.__del__ = lambda self: print('gone')",
    "waiting generator": "def g():\n    try: yield 1\n    finally: print('closed')\nx = g(); next(x)",
    "new generator": "def g():\n    try: yield 1\n    finally: print('closed')\nx = g()",
    "waiting coroutine": "async def c(): pass\nx = c()",
    "open file": "f = open('x.out', 'w'); f.write('written')",
    "open file in a cycle": "f = open('x.out', 'w'); f.write('written'); f.me = [f] if False else None",
    "open binary file": "f = open('x.out', 'wb', buffering=1000); f.write(b'written')",
    "temporary directory": "import tempfile; t = tempfile.TemporaryDirectory(); print(1)",
    "daemon thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "thread that goes on": "import threading, time\ndef f(): time.sleep(0.1); print('late')\n"
    "threading.Thread(target=f).start(); print('main')",
    "child that goes on": "import os, time\nif os.fork() == 0: time.sleep(60)",
    "child of the interpreter": "import os\nif os.fork() == 0: print('child')\nelse: os.wait(); print('parent')",
    "without stdout": "import os; print('x'); os.close(1)",
    "stdout replaced": "import sys, io; sys.stdout = io.StringIO(); print('lost')",
    "stdout replaced by one's own": "import sys\nclass S:\n    def write(self, t): pass\n"
    "    def flush(self): sys.stderr.write('flushed')\nsys.stdout = S()",
    "unflushed": "import sys; sys.stdout.write('no newline')",
    "unflushed errors": "import sys; sys.stderr.write('no newline')",
    "traced": "import sys\nsys.setprofile(lambda f, e, a: None)\nprint(1)",
    "audited": "import sys\nprint(1)\nsys.addaudithook(lambda e, a: print(e) if 'Clear' in e else None)",
    "told by the collector": "import gc\ngc.callbacks.append(lambda p, i: print('collect', p))",
    "stream of C": "import ctypes; ctypes.CDLL(None).printf(b'from C')",
    "many objects": "x = [[i] for i in range(30_000)]; print(len(x))",
    "module gone": "import sys; del sys.modules['__main__']; print(1)",
    "modules gone": "import sys; sys.modules.clear()",
    "builtins broken": "import builtins; del builtins.hasattr, builtins.len; print(1)",
    "inspects": "import os; os.environ['PYTHONINSPECT'] = '1'; print(1)",
}


@pytest.mark.parametrize("name", ENDS)
def test_every_end_is_the_same(both: Both, name: str):
    both.compare(ENDS[name])


IMPORT = """
import sys, warnings
before = set(sys.modules)
import {name}
print(sorted(set(sys.modules) - before), sorted(vars({name})), {name}.__spec__, warnings.filters)
import {name} as again
print(again is sys.modules["{name}"], [type(one).__name__ for one in vars({name}).values()])
"""


@pytest.mark.parametrize("name", MODULES)
def test_importing_brings_what_it_always_brings(both: Both, name: str):
    both.compare(IMPORT.format(name=name))


IMPORTS = {
    "nothing is there unless imported": "import sys; print([m for m in sys.modules if 'numpy' in m or m == 're'])",
    "all at once": f"import sys\nimport {', '.join(MODULES)}\nprint(sorted(sys.modules))",
    "the other way round": f"import sys\nimport {', '.join(MODULES[::-1])}\nprint(sorted(sys.modules))",
    "from": "from collections import deque; from json import *; print(deque([1]), dumps([1]))",
    "part": "import numpy.linalg as l; import json.decoder; print(l.norm([3, 4]), json.decoder)",
    "part that is not loaded": "import numpy\ntry: numpy.testing_\nexcept AttributeError as e: print(e)\n"
    "import json.tool, sys; print('json.tool' in sys.modules)",
    "in a function": "def f():\n    import re\n    return re.sub('a', 'b', 'aa')\nprint(f())",
    "in a thread": "import threading\ndef f():\n    import numpy; print(numpy.ones(2))\n"
    "t = threading.Thread(target=f); t.start(); t.join()",
    "in a child": "import os\nif os.fork() == 0:\n    import json; print(json.dumps([1])); os._exit(0)\nos.wait()",
    "again": "import sys, json; old = json; del sys.modules['json']; import json; print(json is old)",
    "reloaded": "import importlib, json; print(importlib.reload(json) is json, json.dumps(1))",
    "replaced": "import sys, types; sys.modules['re'] = types.ModuleType('re')\n"
    "try: import json\nexcept Exception as error: print(repr(error))",
    "forbidden": "import sys; sys.modules['numpy'] = None\ntry: import numpy\nexcept ImportError as e: print(repr(e))",
    "found by name": "import importlib.util, importlib; print(importlib.util.find_spec('json'),"
    " importlib.import_module('json'))",
    "own finder": "import sys\nclass F:\n    def find_spec(self, name, path=None, target=None): print(name)\n"
    "sys.meta_path.insert(0, F())\nimport bisect",
    "another path": "import sys; sys.path.clear()\ntry: import bisect\nexcept ImportError as e: print(e)",
    "path changed": "import sys; sys.path.append('/nowhere'); import json; print(json.__file__)",
    "missing": "import no_such_module",
    "cannot be imported": "from json import no_such_name",
    "pickled": "import pickle, collections, numpy; x = pickle.dumps([collections.Counter('aab'), numpy.ones(1)]);"
    " print(pickle.loads(x), len(x))",
    "types": "import re, typing, collections; print(re.Pattern, typing.List[int], collections.deque.__module__)",
}


@pytest.mark.parametrize("name", IMPORTS)
def test_imports_are_those_of_a_fresh_interpreter(both: Both, name: str):
    both.compare(IMPORTS[name])


@pytest.mark.parametrize(
    "name", ["json", "re", "enum", "random", "numpy", "collections", "sre_parse"]
)
def test_a_module_of_the_program_comes_before_the_one_that_is_loaded(both: Both, name: str):
    code = (
        "try:\n    import json, random, numpy\nexcept Exception as e: print(type(e), e)\nprint(1)"
    )
    both.compare(code, {f"{name}.py": "print('mine', __name__)\nMINE = 1\n"})
    both.compare(code, {f"{name}/__init__.py": "print('my package', __name__)\n"})


@pytest.mark.parametrize(
    "path",
    ["usercustomize.py", "sitecustomize.py", "warm.so", "pyvenv.cfg", "x.pth", ".local/lib/x.py"],
)
def test_files_with_special_names_do_nothing(both: Both, path: str):
    both.compare("import sys; print(sys.path)", {path: "import os; os.write(1, b'executed')\n"})


LEAVE = """
import sys, os, builtins, json, random, gc, atexit, signal, threading, warnings
import numpy, re, collections, ctypes
builtins.print = None; sys.path.insert(0, "/tmp"); sys.modules["marker"] = sys; json.dumps = None
json.marker = True; numpy.random.seed(1); random.seed(1); sys.setrecursionlimit(5000); gc.disable()
os.environ["MARKER"] = "1"; os.umask(0); signal.signal(signal.SIGTERM, signal.SIG_IGN)
warnings.simplefilter("error"); sys.meta_path.clear(); collections.Counter.marker = True
ctypes.memset(id(10**6) + 24, 7, 4); ctypes.c_int.from_address(id(257) + 24).value = 258
numpy.set_printoptions(precision=1); threading.Thread(target=lambda: None).start()
open("/tmp/json.py", "w").write("raise SystemExit(3)"); sys.stdout.reconfigure(encoding="latin-1")
for name in list(sys.modules):
    if name not in ("sys", "os"): sys.modules[name].__dict__["marker"] = "left"
"""
LOOK = """
import sys, os, json, random, gc, signal, warnings, numpy, collections
print("marker" in sys.modules, hasattr(json, "marker"), sys.getrecursionlimit(), gc.isenabled(),
      os.environ.get("MARKER"), oct(os.umask(0)), signal.getsignal(signal.SIGTERM), warnings.filters,
      [m for m in sys.modules if hasattr(sys.modules[m], "marker")], sys.path, json.dumps([257, 10**6]),
      numpy.get_printoptions(), sys.stdout.encoding, hasattr(collections.Counter, "marker"), print)
"""


def test_a_program_leaves_nothing_to_the_next(both: Both):
    (before,) = both.run(both.warm, LOOK)
    _, after = both.run(both.warm, LEAVE, LOOK)
    (fresh,) = both.run(both.cold, LOOK)
    assert said(fresh) == said(before) == said(after)


@pytest.mark.parametrize(
    "code",
    [
        "import random; print(random.random())",
        "import numpy; print(numpy.random.random())",
        "import os; print(os.urandom(8))",
        "import secrets, uuid; print(secrets.token_hex(), uuid.uuid4())",
        "import tempfile; print(tempfile.mktemp())",
    ],
    ids=["random", "numpy", "os", "secrets", "tempfile"],
)
def test_chance_is_not_the_same_in_each_program(both: Both, code: str):
    outcomes = both.run(both.warm, *[code] * 3)
    assert 3 == len({said(outcome) for outcome in outcomes})


def test_a_program_with_one_process_is_no_fork_and_runs(both: Both):
    (outcome,) = both.run(both.warm, "print(1)", limits=Limits(pids=1))
    assert "1\n" == said(outcome)


def test_memory_of_the_interpreter_is_not_the_programs(both: Both):
    small = Limits(memory_bytes=24 * MIB)
    fits, does_not = both.run(
        both.warm, "x = bytearray(12 << 20)", "x = bytearray(30 << 20)", limits=small
    )
    assert "" == said(fits)
    # The kernel kills the program, or the worker does, who hears of it at the same time.
    assert was_short_of_memory(does_not)
    (outcome,) = both.run(both.warm, "x = bytearray(50 << 20)")
    assert 50 * MIB <= outcome.memory_bytes < 60 * MIB


def test_the_warm_interpreter_is_used(both: Both):
    # The control of all of the above: it is another one that is compared.
    code = "print('warm.so' in open('/proc/self/maps').read())"
    assert ["False\n", "True\n"] == [
        said(*both.run(image, code)) for image in (both.cold, both.warm)
    ]


def test_a_program_that_names_a_rare_module_is_a_fork_of_a_second_interpreter(both: Both):
    async def how_many_after_each() -> list[int]:
        counts = []
        async with both.runner.pool.lease(both.booted_anew()) as slot:
            for code in ("print(1)", "import numpy", "print(2)", "# numpy"):
                await both.runner.run_in(
                    slot, ["python3", "main.py"], {"main.py": code}, env=both.environment()
                )
                counts.append(len(warm_pids(slot)))
        return counts

    assert [1, 2, 2, 2] == both.runner.wait(how_many_after_each())
    code = "# numpy\nprint('warm.so' in open('/proc/self/maps').read())"
    assert "True\n" == said(*both.run(both.warm, code))


def test_a_rare_module_that_is_never_named_is_imported_the_long_way(both: Both):
    both.compare("m = __import__('num' + 'py'); print(m.__name__, m.ones(2).sum())")


def test_a_second_interpreter_that_does_not_start_is_noticed(both: Both):
    async def start_without_library() -> None:
        async with both.runner.pool.lease(both.booted_anew()) as slot:
            assert slot._container is not None
            assert slot._container._warm is not None
            # As if its library had vanished since the container was booted.
            slot._container._warm._library = Path("/dev/null")
            await both.runner.run_in(
                slot, ["python3", "main.py"], {"main.py": "import numpy"}, env=both.environment()
            )

    with pytest.raises(SlotBroken, match="did not start"):
        both.runner.wait(start_without_library())
    assert "1\n" == said(*both.run(both.warm, "import numpy; print(1)"))


def test_a_death_of_the_interpreter_is_noticed(both: Both):
    # It cannot be reached from inside, so this is done from outside.
    async def kill_and_run() -> None:
        async with both.runner.pool.lease(both.warm) as slot:
            for pid in warm_pids(slot):
                os.kill(pid, signal.SIGKILL)
            await both.runner.run_in(
                slot, ["python3", "main.py"], {"main.py": ""}, env=both.environment()
            )

    with pytest.raises(SandboxFault):
        both.runner.wait(kill_and_run())
    assert "1\n" == said(*both.run(both.warm, "print(1)"))


def test_a_run_that_is_cancelled_at_any_moment_leaves_the_interpreter_usable(both: Both):
    async def cancel_and_run() -> str:
        async with both.runner.pool.lease(both.warm) as slot:
            for delay_us in range(0, 6000, 200):
                run = both.runner.run_in(
                    slot,
                    ["python3", "main.py"],
                    {"main.py": "while True: pass"},
                    env=both.environment(),
                )
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(run, delay_us / 1e6)
            assert slot.is_usable
            return said(
                await both.runner.run_in(
                    slot, ["python3", "main.py"], {"main.py": "print(1)"}, env=both.environment()
                )
            )

    assert "1\n" == both.runner.wait(cancel_and_run())
