"""The queue between the API and the workers.

Theory of operation. A job is *submitted* and its result awaited. A worker that has a free slot *claims*;
it is sent the job and answers with the result, which acknowledges the job. When a worker's connection
ends, its jobs are *reclaimed*: queued again at the front, once, and then answered IE. Nothing that was
accepted is lost without an answer, except by the death of the API itself, in whose memory this queue
lives; its callers see their connection break and retry with the same idempotency key.

``local.py`` is the state and its rules, without input or output. ``channel.py`` frames messages on a
socket. ``server.py`` connects workers to the state; ``client.py`` is the worker's end.

Not protected: the socket's other end is trusted. Only root can connect to it.
"""
