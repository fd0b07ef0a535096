"""Runs inside the warm interpreter, as its ``usercustomize``: loads modules, then forks programs.

Why there. CPython imports this module last of all before it looks at the program: argument list, flags,
``site`` are done, ``__main__``, ``sys.path[0]`` and the program's file are not. So a fork that returns from
here goes on as any interpreter does, and nothing of this file is below it on the stack. At the end it says
that there is no such module, which is what an interpreter without it finds.

What is loaded is hidden again: a module appears in ``sys.modules`` when the program imports it, with all
that its import brings, and only if the import system finds the same file that was loaded here. A program's
own ``json.py`` comes first, as always.
"""

import _frozen_importlib as _bootstrap  # the import system itself, which is there already
import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

MODULES: "Sequence[str]" = ()  # the file that a container gets begins with the real list


class _Recorder:
    """Notes which module's loading imports which others."""

    def __init__(self) -> None:
        self.imports: dict[str, list[str]] = {}
        self._loading: list[str] = []
        self._import = builtins.__import__
        self._load = _bootstrap._load_unlocked

    def start(self) -> None:
        builtins.__import__ = self._note_import
        _bootstrap._load_unlocked = self._note_loading

    def stop(self) -> None:
        builtins.__import__ = self._import
        _bootstrap._load_unlocked = self._load

    def _note_loading(self, spec: "Any") -> "Any":
        before = set(sys.modules)
        self._loading.append(spec.name)
        try:
            return self._load(spec)
        finally:
            # Also what a module puts there itself, without importing it.
            self._note([name for name in sys.modules if name not in before])
            self._loading.pop()
            self._note([spec.name])

    def _note_import(
        self,
        name: str,
        globals: "Any" = None,
        locals: "Any" = None,
        fromlist: "Any" = (),
        level: int = 0,
    ) -> "Any":
        module = self._import(name, globals, locals, fromlist, level)
        if level:
            name = _bootstrap._resolve_name(name, _bootstrap._calc___package__(globals), level)
        self._note([name, *(f"{name}.{part}" for part in fromlist or ())])
        return module

    def _note(self, names: "list[str]") -> None:
        if self._loading:
            found = self.imports.setdefault(self._loading[-1], [])
            found += [one for one in names if one in sys.modules and one not in found]


def _closure(
    name: str, imports: "dict[str, list[str]]", hidden: "dict[str, ModuleType]"
) -> "list[str]":
    """The hidden modules that importing ``name`` brings, itself included."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in hidden and one not in found:
            found[one] = None
            waiting += imports.get(one, ())
            waiting += [one.rpartition(".")[0]]
    return list(found)


class _StandIn:
    """Stands in for a standard stream while modules are loaded.

    A stream that somebody refers to is not closed in the end, and does not write its last output then.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> "Any":
        return getattr(getattr(sys, f"__{self._name}__"), name)

    @property
    def stream(self) -> "Any":
        """The stream itself."""
        return getattr(sys, self._name)


def _stand_ins(objects: "list[Any]") -> "list[tuple[Any, Any]]":
    """Where stand-ins have been kept: functions that have them as defaults, and dicts with their keys."""
    found: list[tuple[Any, Any]] = []
    function = type(_stand_ins)
    for one in objects:
        if type(one) is function and any(type(v) is _StandIn for v in one.__defaults__ or ()):
            found.append((one, None))
        elif type(one) is dict:
            found += [(one, key) for key, value in one.items() if type(value) is _StandIn]
    return found


def _replace_stand_ins(places: "list[tuple[Any, Any]]") -> None:
    while places:
        holder, key = places.pop()
        if key is None:
            holder.__defaults__ = tuple(
                value.stream if type(value) is _StandIn else value for value in holder.__defaults__
            )
        else:
            holder[key] = holder[key].stream


def _load(
    names: "Sequence[str]",
) -> "tuple[dict[str, ModuleType], dict[str, list[str]], dict[str, list[Any]]]":
    """Imports modules and takes them out of sight again.

    Returns them by name in the order of their loading, what each one's code imports, and the warning
    filters that each of ``names`` has added.
    """
    import _warnings

    filters: list[Any] = _warnings.filters
    first_filters = list(filters)
    modules, cache = dict(sys.modules), dict(sys.path_importer_cache)
    recorder = _Recorder()
    recorder.start()
    streams, sys.stdout, sys.stderr = (
        (sys.stdout, sys.stderr),
        _StandIn("stdout"),
        _StandIn("stderr"),
    )
    added: dict[str, list[Any]] = {}
    for name in names:
        before = list(filters)
        try:
            __import__(name)
        except ImportError:
            continue  # this image does not have it
        added[name] = [one for one in filters if one not in before]
    recorder.stop()
    sys.stdout, sys.stderr = streams
    hidden = {name: module for name, module in sys.modules.items() if name not in modules}
    for name in hidden:
        del sys.modules[name]
        parent, _, child = name.rpartition(".")
        if name not in _closure(parent, recorder.imports, hidden):
            vars(hidden.get(parent) or sys.modules.get(parent, sys)).pop(child, None)
    sys.path_importer_cache.clear()
    sys.path_importer_cache.update(cache)
    filters[:] = first_filters
    _warnings._filters_mutated()
    return hidden, recorder.imports, added


def _reveal_on_import(
    hidden: "dict[str, ModuleType]",
    imports: "dict[str, list[str]]",
    filters: "dict[str, list[Any]]",
    stand_ins: "list[tuple[Any, Any]]",
    listdir: "Callable[[str], list[str]]",
) -> None:
    """Makes the import system take a hidden module where it would load the same file again."""
    load = _bootstrap._load_unlocked
    path, finders, hooks = list(sys.path), list(sys.meta_path), list(sys.path_hooks)
    revealed: dict[str, ModuleType] = {}
    order = {name: number for number, name in enumerate(hidden)}
    tops = {name.partition(".")[0] for name in hidden}
    modules = sys.modules

    def is_usual() -> bool:
        """Whether imports are still found where they were found here."""
        if sys.path[1:] != path or sys.meta_path != finders or sys.path_hooks != hooks:
            return False
        try:
            return tops.isdisjoint([name.partition(".")[0] for name in listdir(sys.path[0] or ".")])
        except OSError:
            return False

    def reveal(name: str) -> bool:
        needed = _closure(name, imports, {**hidden, **revealed})
        names = [one for one in needed if one in hidden]
        if any(modules.get(one) is not revealed.get(one) for one in needed) or not is_usual():
            return False
        _replace_stand_ins(stand_ins)
        for one in sorted(names, key=order.__getitem__):
            modules[one] = revealed[one] = hidden.pop(one)
            _wake(one, modules[one])
            parent, _, child = one.rpartition(".")
            if parent in modules:
                setattr(modules[parent], child, modules[one])
        for one in names:
            if one in filters:
                import _warnings

                _warnings.filters[:0] = filters.pop(one)
                _warnings._filters_mutated()
        return True

    def _load_unlocked(spec: "Any") -> "Any":
        module = hidden.get(spec.name)
        if module is not None and module.__spec__ is not None:
            same = (module.__spec__.origin, module.__spec__.has_location) == (
                spec.origin,
                spec.has_location,
            )
            if same and reveal(spec.name):
                return module
        return load(spec)

    _bootstrap._load_unlocked = _load_unlocked


def _wake(name: str, module: "Any") -> None:
    """What a module did at its loading with something that differs from process to process."""
    if name in ("random", "numpy.random.mtrand"):
        module.seed()


def _leave_early(atexit: "Any", gc: "Any", flush_c: "Callable[[], Any]", leave: "Any") -> None:
    """Lets a program that ends normally leave without taking its interpreter apart.

    What is left at the end is mostly what was there at the start, and that is shared with the next program
    until it is touched. So when the program is done, and has nothing whose end anybody could notice, the
    process just ends. In all other cases nothing is done here and the interpreter ends as it always does.
    """
    # Not the streams themselves: what they hold is written when nobody refers to them any more.
    streams = id(sys.stdout), id(sys.stderr)
    excepthook, trace, unfreeze = sys.excepthook, sys.gettrace, gc.unfreeze
    audit, modules, thread_count = sys.audit, sys.modules, sys.modules["_thread"]._count
    harmless = _harmless_types()

    def status() -> "int | None":
        """The exit status, if the end is one of the usual ones."""
        main = modules["__main__"].__dict__
        if "__file__" in main or "__cached__" in main:
            return None  # SystemExit: otherwise they are deleted (_PyRun_SimpleFileObject)
        if not hasattr(sys, "last_traceback"):
            return 0
        frame = sys.last_traceback.tb_frame
        is_plain = frame.f_back is None and frame.f_globals is main and sys.excepthook is excepthook
        return 1 if is_plain and not issubclass(sys.last_type, KeyboardInterrupt) else None

    def is_unnoticed() -> bool:
        if (
            atexit._ncallbacks() != 1
            or gc.callbacks
            or trace() is not None
            or sys.getprofile() is not None
            or thread_count() != 0
            or (id(sys.stdout), id(sys.stderr)) != streams
        ):
            return False
        ctypes = modules.get("ctypes")
        if ctypes is not None:
            harmless[ctypes.CDLL] = False  # other libraries may have something to do in the end
        objects = gc.get_objects()
        return len(objects) < _MOST_OBJECTS and _are_harmless(objects, harmless)

    def at_exit() -> None:
        try:
            code = status()
            if code is not None and is_unnoticed():
                sys.stdout.flush()
                sys.stderr.flush()
                flush_c()
                audit("cpython.PyInterpreterState_Clear")
                leave(code)
        except BaseException:  # noqa: BLE001, S110 - whatever it is, it comes again in the usual place
            pass
        unfreeze()  # what is frozen is no garbage, and would never be taken apart

    atexit.register(at_exit)


_MOST_OBJECTS = 20_000  # looking at more takes as long as taking them apart


def _harmless_types() -> "dict[type, bool]":
    """Types by whether an object's end does nothing but free its memory; more are added as they are met."""
    import _collections
    import _io
    import itertools
    import types

    types_of = [
        *(one for one in vars(types).values() if isinstance(one, type)),
        *(one for one in vars(itertools).values() if isinstance(one, type)),
        *(one for one in vars(_collections).values() if isinstance(one, type)),
        *(type(iter(one)) for one in ([], (), {}, set(), "", b"", {}.items(), {}.values(), range(0))),
        *(type(one) for one in ({}.keys(), {}.items(), {}.values(), NotImplemented, ..., slice(0))),
        dict, list, tuple, set, frozenset, object, type, int, float, complex, str, bytes, bytearray,
        property, classmethod, staticmethod, super, zip, map, filter, enumerate, reversed, memoryview,
        _io.BytesIO, _io.StringIO, _io.BufferedReader,
    ]  # fmt: skip
    known = dict.fromkeys(types_of, True)
    for one in (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType):
        known[one] = False  # these are looked at one by one
    return known


def _is_harmless_type(kind: type, known: "dict[type, bool]") -> bool:
    """Whether instances of a class written in Python, or of a built-in exception, end quietly."""
    answer = known.get(kind)
    if answer is None:
        answer = all(
            known.get(base, False)
            or (issubclass(base, BaseException) and not base.__flags__ & _HEAP_TYPE)
            or (base.__flags__ & _HEAP_TYPE and "__del__" not in base.__dict__ and _adds_no_c(base))
            for base in kind.__mro__
        )
        known[kind] = answer
    return answer


_HEAP_TYPE = 1 << 9


def _adds_no_c(kind: type) -> bool:
    """Whether a class was written in Python: its instances have no fields but slots, dict and weak list."""
    slots = kind.__dict__.get("__slots__", ())
    count = 1 if isinstance(slots, str) else len(tuple(slots))
    base = kind.__base__
    return base is not None and kind.__basicsize__ - base.__basicsize__ <= 8 * (2 + count)


def _are_harmless(objects: "list[Any]", known: "dict[type, bool]") -> bool:
    for one in objects:
        kind = type(one)
        if not known.get(kind, False) and not _is_harmless_type(kind, known):
            # A generator that waits may have something to do in the end; one that has not begun has not.
            if kind.__name__ != "generator" or one.gi_suspended or one.gi_running:
                return False
        elif isinstance(one, type) and not _is_harmless_type(one, known):
            return False
    return True


def _forget(names: "list[str]") -> None:
    for name in names:
        del sys.modules[name]


def _keep_for_ever(hidden: "dict[str, ModuleType]", keep: "Callable[[Any], Any]") -> None:
    """An interpreter that ends would take apart, object by object, what it never used."""
    for module in hidden.values():
        keep(module)
        keep(module.__dict__)


def _serve() -> None:
    """Returns in each program."""
    modules, cache, path = dict(sys.modules), dict(sys.path_importer_cache), list(sys.path)
    place = __file__.rpartition("/")[0]
    import _ctypes
    import atexit
    import gc
    import posix

    library = _ctypes.dlopen(f"{place}/warm.so", 2)
    serve = _ctypes.dlsym(library, "warm_serve")
    flush = _ctypes.dlsym(library, "warm_flush")
    call = _ctypes.call_function
    _leave_early(atexit, gc, lambda: call(flush, ()), posix._exit)
    sys.path[:] = [one for one in path if one != place]
    _forget([name for name in sys.modules if name not in modules])
    hidden, imports, filters = _load(MODULES)
    stand_ins = _stand_ins(gc.get_objects())
    _reveal_on_import(hidden, imports, filters, stand_ins, posix.listdir)
    _keep_for_ever(hidden, _ctypes.Py_INCREF)
    sys.path_importer_cache.clear()
    sys.path_importer_cache.update({key: one for key, one in cache.items() if key != place})
    del modules, cache, path, hidden, imports, filters, stand_ins, library
    sys._clear_type_cache()
    gc.collect()
    gc.freeze()
    call(serve, ())


_serve()
raise ImportError("No module named 'usercustomize'", name="usercustomize")
