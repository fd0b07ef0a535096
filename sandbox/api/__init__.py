"""The HTTP API: one process, one event loop, no privileges.

Theory of operation. ``process.py`` is the process: it serves ``app.py`` on a socket that the supervisor
opened, with the local queue in memory, and drains on SIGTERM. ``http.py`` bounds what surrounds a body;
``body.py`` reads bodies with a limit and parses JSON strictly; FastAPI checks the fields against
``sandbox.models``; ``translate.py`` checks what needs the languages and the maxima, and makes the job;
``runs.py`` keeps runs for GET, DELETE and idempotency keys, ``batch.py`` has many under way for one
caller; ``present.py`` turns a result into the answer; ``errors.py`` has every error's form.

Not protected: there are no accounts yet, so whoever reaches the port can use all of it. The ids of runs
are not guessable, but they are the only thing between one caller's results and another's.
"""
