"""Programs that a model writes: generators, and validators and checkers where a problem has none.

Any endpoint that speaks OpenAI's chat completions will do (``model.py``). What it writes is tried
in the sandbox at once; where it fails, the model is shown what happened and may repair it
(``authors.py``). Every reply is kept by a hash of all that was said before, so that nothing is paid
for twice, and each problem has a budget of calls and tokens. ``guide.md`` tells a model what CYaRon
really has; models invent the rest.

Not protected: the statement goes to the endpoint. Replies are text until the sandbox runs them.
"""
