"""The mechanism: isolated places in which programs are run, and what happened to them.

Theory of operation. A worker opens a pool of slots (``pool.py``). A *slot* (``slot.py``) is made
once: a cgroup (``cgroups/``), a network namespace with loopback only (``netns.py``), device files
and a directory in the worker's private mount namespace (``workplace.py``), a range of user ids.
Into a slot crun boots a *container* (``container.py``) from an image's read-only root directory; it
holds one process of ours, init (``init/``, the one program in C). A *run* (``run.py``) is a message
to init: it makes fresh PID, mount and IPC namespaces, a fresh tmpfs with an overlay over the image,
gives up every privilege, loads the system-call filter (``seccomp.py``, ``policies/``) and executes
the program; or forks it from an interpreter that has started already (``warm/``). What it wrote
comes back through pipes that are always drained (``capture.py``), its files by way of init, and
what it used from the cgroup. The result is an ``Outcome`` (``outcome.py``): what happened, never a
verdict.

If wanted, programs are run by gVisor's kernel and not by the host's, inside of all that
(``gvisor.py``).

``init_protocol.py`` is the Python side of the conversation with init. ``hostcheck/`` tells what
this machine can and cannot do. Whatever goes wrong on our side is a ``SandboxFault``
(``errors.py``), never an outcome.

The package knows nothing of HTTP, queues, languages or verdicts.

What is not protected: without gVisor the host's kernel is shared, so a hole in it is a hole in
every slot. Slots share the page cache of their images, the clock and the processor's caches, and
``/proc/stat``, ``loadavg`` and ``meminfo`` tell every run how busy the machine is. A program can
read in ``/proc/self/uid_map`` which range of user ids its slot has.
"""
