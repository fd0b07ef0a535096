"""The worker: claims jobs and judges them in slots.

Theory of operation. ``process.py`` is the process: it opens the slots, connects to the queue, and for
each job calls the judge. ``judge.py`` compiles once and runs each test, ``verdict.py`` is the one pure
function from what happened to a verdict, with the one table of precedence. ``host.py`` is the only
module of the service that imports ``runtime`` and ``images``.

Around it, by what a request asks for: ``helpers.py`` compiles and runs checkers (``checking.py``) and
interactors (``interactive.py``) in side slots; ``calls.py`` puts a driver beside a program whose functions
are called; ``stages.py`` carries a working directory from command to command, with ``protection.py`` for
what must not change and ``repository.py`` for archives, patches and test reports; ``points.py`` asks the
pure ``sandbox.scoring``. ``steady.py`` measures again what noise could have decided, with ``gate.py`` for
who runs beside whom and ``noise.py`` for what the machine was like.

Leases, and why no two jobs wait for each other: a job holds one slot by ``Host.lease`` and, for the time of
one run only, one more by ``Host.lease_side``, of which there are as many. Who holds the second waits for
nothing more. The gate is entered after both leases and once for each run, also for the two of a talk.

Expected outputs stay in this process, or go into a checker's slot: what goes into a solution's slot is the
program, its files and its stdin.

Not protected: the judge runs in the worker's own process, so a checker that needs long for a hostile
output delays its own job (it is run in a thread), not others'. A report of tests is written by a process
that also runs the code under test: it can be forged in principle, which the grade ``weak`` says. Checkers
and solutions of one image share its files in the page cache. Repeatability ends at this worker: others on
the same machine are not held back for a run that is measured again.
"""
