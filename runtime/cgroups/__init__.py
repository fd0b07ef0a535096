"""The cgroup of a slot: made once, reused for every run, behind one protocol for v1 and v2.

Theory of operation. A pool of cgroups is made when the worker starts, because making and removing
one for each run costs more than the run. Between runs nothing is removed; the peak is reset, and
counters that the kernel cannot reset (``oom_kill``, refused forks, CPU time) are compared with a
baseline from the run's start. crun is put into the cgroup before it is executed, so that a container
is born there and no process has to be moved later.

``base.py`` is the protocol, ``v1.py`` serves v1 and hybrid layouts through cgroupspy, ``v2.py`` the
unified layout through plain files (cgroupspy knows v1 only), ``detect.py`` tells which one it is.
``instances.py`` removes what dead workers left. ``starvation.py`` notices a run that is out of
memory though the kernel kills nobody.

Not protected: block devices (nothing in a slot writes to one), and memory that the kernel does not
charge to any cgroup.
"""

from runtime.cgroups.base import RESIDUE_BYTES, CgroupPool, SlotCgroup
from runtime.cgroups.detect import Layout, detect_layout, open_pool, usable_memory_bytes

__all__ = [
    "RESIDUE_BYTES",
    "CgroupPool",
    "Layout",
    "SlotCgroup",
    "detect_layout",
    "open_pool",
    "usable_memory_bytes",
]
