"""The model that writes programs: generators, and validators where a problem has none.

Any endpoint that speaks OpenAI's chat completions will do (``model.py``). Every reply is kept by a hash of
all that was said before, so that nothing is paid for twice, and each problem has a budget of calls and
tokens. ``prompts.py`` and ``guide.md`` tell a model what CYaRon really has; models invent the rest. What it
writes is tried, and repaired, in ``testgen.pipeline.authors``.

Not protected: the statement goes to the endpoint. Replies are text until the sandbox runs them.
"""
