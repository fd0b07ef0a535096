#!/bin/sh
# Process 1 of the test machine: mounts what a Linux system has, with cgroup v2 and nothing of v1,
# runs the command of the job and says its exit status on the console.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
# The initial ramdisk has mounted /proc, /sys, /dev and /run.
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for directory in /tmp /dev/shm; do
    mkdir -p "$directory"
    mount -t tmpfs -o mode=1777 tmpfs "$directory"
done
ip link set lo up
hostname machine
mount -o ro /dev/vdb /var/lib/sandbox/images
mkdir -p /srv/job
tar -x -f /dev/vdc -C /srv/job
cd /srv/job/project || status=125
if [ -z "$status" ]; then
    sh ../command </dev/null
    status=$?
fi
# Not the end of a line of the command's output, and never part of one.
printf '\nthe machine ends: exit status %s\n' "$status"
echo b >/proc/sysrq-trigger # the emulator takes a reboot as the end
