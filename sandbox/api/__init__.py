"""The HTTP API: one process, one event loop, no privileges.

Theory of operation. ``process.py`` is the process: it serves ``app.py`` on a socket that the supervisor
opened, with the local queue in memory, and drains on SIGTERM. ``http.py`` bounds what surrounds a body;
``body.py`` reads bodies with a limit and parses JSON strictly, ``bodies.py`` counts all of them; FastAPI
checks the fields against ``sandbox.models``; ``translate.py`` checks what needs the languages and the
maxima, and makes the job; ``runs.py`` keeps runs for GET, DELETE and idempotency keys, ``kept.py`` says
for how long, ``batch.py`` has many under way for one caller; ``present.py`` turns a result into the
answer; ``errors.py`` has every error's form.

``callers.py`` knows who calls, where there is a file of callers: the id of a run ends with a mark of its
caller, so that every API process can tell whose it is.

Not protected: without that file whoever reaches the port can use all of it, and the ids of runs, which are
not guessable, are the only thing between one caller's results and another's. A caller's share of unfinished
runs is counted by each API process for itself. Two callers' programs share workers and compiled programs of
the same sources.
"""
