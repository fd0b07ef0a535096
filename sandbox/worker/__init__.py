"""The worker: claims jobs and judges them in slots.

Theory of operation. ``process.py`` is the process: it opens the slots, connects to the queue, and for
each job calls the judge. ``judge.py`` compiles once and runs each test, ``verdict.py`` is the one pure
function from what happened to a verdict, with the one table of precedence. ``host.py`` is the only
module of the service that imports ``runtime`` and ``images``.

Expected outputs stay in this process: what goes into a slot is the program, its files and its stdin.

Not protected: the judge runs in the worker's own process, so a checker that needs long for a hostile
output delays its own job (it is run in a thread), not others'.
"""
