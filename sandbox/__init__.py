"""The service: HTTP API, queue, worker, judge, client and command line.

Theory of operation. ``sandbox serve`` starts a supervisor (``supervisor.py``) that stays small and
keeps two kinds of children alive:

    API      one process without privileges (``api/``): takes requests, checks them, queues them,
             answers. It holds the local queue (``queue/``).
    worker   processes with privileges (``worker/``): each connects to the API's queue over a local
             socket, claims a job when it has a slot for it, judges it and sends the result back.

The way of a request, by file: ``api/body.py`` (size, strict JSON) → ``models.py`` (fields) →
``api/translate.py`` (language, limits; a ``jobs.Job``) → ``queue/local.py`` → ``queue/channel.py`` →
``worker/process.py`` (claim) → ``worker/judge.py`` (compile, tests, checkers) → ``worker/host.py`` (the
only door to ``runtime`` and ``images``) → ``worker/verdict.py`` → back to ``api/present.py``. What decides
a reward is pure and lies here: ``checkers.py``, ``scoring.py``, ``values.py``, ``patches.py``,
``reports.py``, ``archives.py``.

``client/`` is the service for others, ``cli/`` and ``evals/`` (benchmarks of models) are built on it.

A worker's death costs its jobs one attempt: they are run again once, then answered ``IE``. A fault of
ours is never a reward of 0.

Not protected: without a file of callers, callers from each other, and the API from a caller on the same
machine who wants to fill its queue. Servers listen on loopback unless told otherwise.
"""

__version__ = "0.1.0"
