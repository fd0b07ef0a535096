"""The queue between the API and the workers.

Theory of operation. ``base.py`` says what a queue is: a job is *submitted* and its result awaited by a
ticket; a worker that has a free slot *claims*, is given the job and answers with the result, which
acknowledges the job. When a worker is gone, its jobs are *reclaimed*: queued again ahead of the others, and
answered IE when that does not help. A lone worker claims a few jobs ahead of its slots; they count as
waiting until there is a slot for them. A job that nobody could take in time *expires*. ``open.py`` chooses
one of the two kinds.

The local queue is in the API's memory. Nothing that was accepted is lost without an answer, except by
the death of the API itself; its callers see their connection break and retry with the same key.
``local.py`` is the state and its rules, without input or output; ``channel.py`` frames messages;
``server.py`` connects workers to the state; ``client.py`` is the worker's end.

``streams/`` is the queue in Redis, for more than one machine. One suite of tests holds both to ``base.py``.

Not protected: the local socket's other end is trusted; only root can connect to it. For Redis see there.
"""
