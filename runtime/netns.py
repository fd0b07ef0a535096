"""A slot's network namespace: loopback and nothing else.

It is made in the initial user namespace, so that nobody inside a container has power over it: the
container's root has no CAP_NET_ADMIN here, whatever its own user namespace says.
"""

from pathlib import Path

from pyroute2 import NetNS, netns


def make_network(path: Path) -> None:
    """Makes a network namespace, bound to ``path``, with loopback up.

    ``path`` lies in a directory of the worker's own mount namespace, so it goes with the worker.
    """
    netns.create(str(path))
    with NetNS(str(path), flags=0) as network:
        loopback = network.link_lookup(ifname="lo")[0]
        network.link("set", index=loopback, state="up")
