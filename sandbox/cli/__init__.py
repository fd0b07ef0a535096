"""The command line: ``sandbox run``, ``eval``, ``languages``, ``status``, ``serve``, ``check``, ``images``.

``main.py`` declares the commands and their options and imports nothing else before a command is
chosen, so that ``--help`` is quick. ``run.py``, ``info.py``, ``evals.py`` and ``machine.py`` carry
the commands out; ``request.py``, ``testdata.py`` and ``languages.py`` make a request of local
files; ``tables.py`` draws.

Exit codes: 0 good, 1 a verdict other than AC and OK (or a service that is not ready, or a host that
fails its check), 2 wrong use or no service, 3 a fault of the sandbox. Errors are one line on
stderr.

Not protected: a program's output is written to the terminal as it is when that is what was asked
for. In tables and messages, control characters are made visible.
"""
