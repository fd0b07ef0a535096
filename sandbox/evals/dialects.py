"""MultiPL-E's languages: what each is called here, how long it runs, and what its status is. Pure.

A status depends on the language, since each of MultiPL-E's evaluators looks at other things: most
at the exit status, some at words on one of the streams, some at both. Their rules are data here
(`Dialect`), with their oddities: Haskell has no ``Exception``, a PHP program that is too slow has
no ``Timeout``.

Compiled languages have a status of their own for programs that do not compile. Where MultiPL-E uses
one command and the service compiles first (D, Haskell, OCaml), a failed compilation is judged as
that one command would be.

MultiPL-E keeps 2048 bytes of each stream and looks for its words in these; so does this module. It
has no limit on memory or output: a program that meets the service's is an ``Exception``, or
whatever else the language calls a failure without any of its words.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.models import RunResult, StepResult, Verdict

KEPT_BYTES = 2048
TIMED_OUT_EXIT_CODE = -1
OK = "OK"
_ANYTHING = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How programs of one language are judged.

    Attributes:
        names: what the service may call it, the best first.
        run_s: how long it may run.
        marks: words on ``looks_at`` and the status of a failed program that has them, the first that is
            found; `_ANYTHING` is found in whatever is not empty.
        looks_at: ``out``, ``err`` or ``both``: where ``marks`` and ``forbids`` are looked for.
        otherwise: the status of a failed program without any of ``marks``.
        timeout: the status of one that was too slow.
        not_compiled: the status of one that does not compile; empty where it is judged by its output.
        forbids: words that make a failure of any exit status.
        needs: words on stdout without which it is a failure.
        quiet: whether anything on stderr makes it a failure.
        any_exit: whether the exit status does not count.
    """

    names: tuple[str, ...]
    run_s: float = 15.0
    marks: tuple[tuple[str, str], ...] = ()
    looks_at: str = "err"
    otherwise: str = "Exception"
    timeout: str = "Timeout"
    not_compiled: str = ""
    forbids: tuple[str, ...] = ()
    needs: str = ""
    quiet: bool = False
    any_exit: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program ended, as MultiPL-E's evaluators see it; a signal is a negative exit code."""

    exit_code: int
    timed_out: bool
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A status, and the ending that it was given for."""

    status: str
    ending: Ending


_SYNTAX = "SyntaxError"
_NODE = (
    ("ERR_ASSERTION", "AssertionError"),
    ("SyntaxError", _SYNTAX),
    ("ReferenceError", "ReferenceError"),
)

DIALECTS: dict[str, Dialect] = {
    "py": Dialect(("python",), marks=(("SyntaxError", _SYNTAX),)),
    "sh": Dialect(("bash",), marks=(("syntax error", _SYNTAX),)),
    "cpp": Dialect(("cpp",), not_compiled=_SYNTAX),
    "cs": Dialect(
        ("csharp", "cs"),
        run_s=5,
        not_compiled=_SYNTAX,
        forbids=("System.Diagnostics.DefaultTraceListener.Fail", "Unhandled Exception"),
        any_exit=True,
    ),
    "d": Dialect(("d",), marks=(("Error:", _SYNTAX),)),
    "go": Dialect(
        ("go_test", "go-test", "go"),
        run_s=30,
        looks_at="out",
        marks=(("[setup failed]", _SYNTAX), ("[build failed]", _SYNTAX)),
        forbids=(
            "FAIL",
        ),  # `go test` writes it whenever its program ends with another status than 0
        not_compiled=_SYNTAX,
    ),
    "hs": Dialect(("haskell", "hs"), otherwise=_SYNTAX),
    "java": Dialect(("java",), not_compiled=_SYNTAX),
    "js": Dialect(("javascript", "js", "node"), run_s=5, marks=_NODE),
    "kt": Dialect(("kotlin", "kt"), not_compiled=_SYNTAX),
    "lua": Dialect(("lua",)),
    "ml": Dialect(
        ("ocaml", "ml"),
        marks=(
            ("Assert_failure", "AssertionError"),
            ("Assertion failed", "AssertionError"),  # as compiled programs say it
            ("Syntax error", _SYNTAX),
        ),
    ),
    "php": Dialect(
        ("php",),
        looks_at="out",
        marks=(("PHP Parse error", _SYNTAX),),
        forbids=("PHP Parse error",),
        timeout="Exception",
    ),
    "pl": Dialect(("perl", "pl"), looks_at="both", forbids=("ERROR",)),
    "r": Dialect(("r",), run_s=5, marks=(("unexpected", _SYNTAX),)),
    "rb": Dialect(("ruby", "rb"), run_s=5, marks=((_ANYTHING, _SYNTAX),)),
    "rkt": Dialect(
        ("racket", "rkt"), marks=(("read-syntax", _SYNTAX),), quiet=True, timeout="Exception"
    ),
    "rs": Dialect(("rust", "rs"), run_s=5, not_compiled=_SYNTAX),
    "scala": Dialect(("scala",), not_compiled=_SYNTAX, quiet=True),
    "swift": Dialect(("swift",), run_s=5, not_compiled=_SYNTAX),
    "ts": Dialect(("typescript", "ts"), not_compiled=_SYNTAX, marks=_NODE),
    "adb": Dialect(("ada", "adb"), not_compiled="SyntaxError (gnatmake)"),
    "clj": Dialect(("clojure", "clj"), needs="\n0 failures, 0 errors.\n"),
    "elixir": Dialect(
        ("elixir",),
        run_s=5,
        looks_at="both",
        marks=(("Assertion with == failed", "AssertionError"), ("SyntaxError", _SYNTAX)),
    ),
    "coq": Dialect(
        ("coq",),
        run_s=5,
        looks_at="both",
        marks=(("Unable to unify", "AssertionError"),),
        otherwise=_SYNTAX,
    ),
    "jl": Dialect(("julia", "jl"), run_s=5, marks=((_ANYTHING, _SYNTAX),)),
}
_ALIASES = {
    "ada": "adb",
    "bash": "sh",
    "go_test.go": "go",
    "humaneval_to_dlang.py": "d",
    "humaneval_to_r.py": "r",
    "javascript": "js",
    "julia": "jl",
    "notypes.py": "py",
    "python": "py",
    "racket": "rkt",
    "rust": "rs",
    "v": "coq",
}


def dialect(language: str) -> Dialect | None:
    """The rules of a language as a problem file calls it; None if there are none here."""
    return DIALECTS.get(_ALIASES.get(language, language))


def known_languages() -> Iterable[str]:
    """The names under which problem files have them."""
    return sorted(DIALECTS)


def judge(rules: Dialect, result: RunResult) -> Judged:
    """The status of a program that the service ran."""
    if result.verdict == Verdict.CE and result.compile is not None:
        ending = ending_of(result.compile)
        as_run = rules.timeout if ending.timed_out else _failed(rules, ending)
        return Judged(rules.not_compiled or as_run, ending)
    step = result.run
    if step is None:
        raise ValueError(f"a result without a run: {result.id}")
    ending = ending_of(step)
    if step.verdict in {Verdict.MLE, Verdict.OLE}:
        return Judged(_failed(rules, ending), ending)
    return Judged(status(rules, ending), ending)


def status(rules: Dialect, ending: Ending) -> str:
    """The status of a program that ended by itself or was too slow."""
    if ending.timed_out:
        return rules.timeout
    looked_at = _looked_at(rules, ending)
    if (
        (ending.exit_code != 0 and not rules.any_exit)
        or (rules.quiet and ending.stderr)
        or rules.needs not in ending.stdout
        or any(text in looked_at for text in rules.forbids)
    ):
        return _failed(rules, ending)
    return OK


def ending_of(step: StepResult) -> Ending:
    """What MultiPL-E would have seen of a run."""
    timed_out = step.verdict == Verdict.TLE
    exit_code = step.exit_code
    if timed_out:
        exit_code = TIMED_OUT_EXIT_CODE
    elif exit_code is None:
        exit_code = -(step.signal or 9)  # what the service ended has no status of its own
    return Ending(
        exit_code=exit_code,
        timed_out=timed_out,
        stdout=_kept(step.stdout, step.stdout_base64),
        stderr=_kept(step.stderr, step.stderr_base64),
    )


def _failed(rules: Dialect, ending: Ending) -> str:
    looked_at = _looked_at(rules, ending)
    for mark, meaning in rules.marks:
        if looked_at and mark in looked_at:
            return meaning
    return rules.otherwise


def _looked_at(rules: Dialect, ending: Ending) -> str:
    streams = {"out": ending.stdout, "err": ending.stderr}
    return streams.get(rules.looks_at, f"{ending.stdout}\n{ending.stderr}")


def _kept(text: str, as_base64: str | None) -> str:
    data = text.encode() if as_base64 is None else base64.b64decode(as_base64)
    return data[:KEPT_BYTES].decode(errors="ignore")
