"""The queue in Redis, for several API processes and workers on many machines.

Theory of operation. All state is in Redis, and all that changes it is in ``state.lua``, a library of Redis'
functions: atomic transitions, with every key beside them. ``store.py`` loads it where it is not there yet,
and calls it, mostly once for all that is to be done at the same time; ``queue.py`` is the API's end and
``worker.py`` the worker's. A job's id waits as an entry of a stream (a *lane*), and workers are one
consumer group of it.

*Claim*: a worker asks for as many jobs as it has free slots. Each gets a *token*, one more than the job's
last. *Ahead*: a worker that is the only one is given as many again, which begin when a slot is free,
without a message to Redis and back. They are *handed* to it and still wait: they count so, can expire, and
a death costs them no delivery. None of them is slow or was lost before, and where such a job is next none
behind it is handed out either, so that nobody is overtaken, and a job that has killed a worker is counted
from then on. At its next beat after another worker has come, or after it was told to stop, what has not
begun is taken back. *Lease*: once a second the worker renews its entries in the group; what is not renewed
for ten seconds is given back, to a lane that goes before all others, and its token grows, so that a worker
that was only paused finds itself fenced. Whoever beats or surveys does that housekeeping for all. *Commit*:
result, acknowledgement and notice are one transition, which only the present token can make, and which can
be said twice when an answer was lost. A job that was delivered three times and never answered is
``worker_died``.

*Waiting* never relies on having been told. An idle worker looks for work, then blocks on a list into which
each new job puts something, so that what came in between ends the wait at once; after a second it looks
again. An API hears the ends of jobs on a channel; a small result is told there, a large one is asked for.
What ends while it does not hear it finds by comparing all that it waits for with Redis: whenever it has
begun to listen, and every five seconds. A ticket is registered before Redis is asked for its result, so
that none can come before somebody is there to take it.

*When Redis is away* calls are tried again until their deadline: 5 s for what a caller waits for (then
503), two minutes for a result. Every transition can be repeated. A claim whose answer was lost costs a
lease and a delivery.

What is kept: with ``appendonly yes`` and ``appendfsync always`` an accepted run survives the death of any
process and of the machine. (An API whose connection is backed up may hear of a result just before it is on
the disk; if the machine dies then, that run is run again.) ``everysec`` is faster, and can lose the last
second or two. The policy for a full memory must be ``noeviction``: then a submission is refused, nothing is
dropped, and all else goes on, which makes room again. Functions of other versions stay there, 90 KB each,
until somebody deletes them (FUNCTION LIST, FUNCTION DELETE).

Not protected: who reaches Redis owns the queue. Bind it to a private network, with a password and TLS.
Clocks are the server's: when it jumps forward, leases end early, which costs work and is harmless
otherwise.
"""
