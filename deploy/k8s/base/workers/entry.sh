#!/bin/sh
# Kubernetes gives a container that is not `privileged` its cgroup tree to read only, and a /proc of which parts are
# covered. The worker makes cgroups for its slots, and the kernel mounts /proc in a slot only where nothing covers
# parts of the one outside. Both are this container's own: its cgroup, its PID namespace.
set -e
mount -o remount,rw /sys/fs/cgroup
mount -t proc -o nosuid,nodev,noexec proc /proc
exec sandbox "$@"
