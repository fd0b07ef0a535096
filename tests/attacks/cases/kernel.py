"""Ways out, and the kernel's wide doors: system calls, devices, /proc, other interfaces."""

from tests.attacks.attack import TWO_RUNS, Attack
from tests.attacks.cases.programs import program

REFUSED = "OK: refused"


def by_number(name: str, calls: str, without: str = "", control: str = "seccomp") -> Attack:
    """An attack that makes system calls: ``name: (number, argument, ...)`` for each."""
    code = f"""
answers = {{}}
for name, words in {{{calls}}}.items():
    pid = os.fork()
    if pid == 0:
        answer = call(*words)
        os._exit({{"DONE": 0, "EPERM": 1, "ENOSYS": 2, "EINVAL": 4}}.get(answer, 3))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    answers[name] = "DONE" if status in (0, 3) else "refused"
print(summary(answers))
"""
    return Attack(name, code, REFUSED, control=control if without else None, without=without)


NAMESPACES = by_number(
    "new namespaces by unshare",
    '"user": (272, 0x10000000), "mnt": (272, 0x10020000), "pid": (272, 0x30000000), '
    '"net": (272, 0x50000000), "ipc": (272, 0x18000000), "uts": (272, 0x14000000), '
    '"cgroup": (272, 0x12000000), "time": (272, 0x10000080)',
    "OK: got through",
)
CLONE = Attack(
    "new namespaces by clone",
    """
answers = {}
for name, flag in {"user": 0, "mnt": 0x20000, "pid": 0x20000000, "net": 0x40000000}.items():
    pid = libc.syscall(ctypes.c_long(56), ctypes.c_long(0x10000000 | flag | 17), *[ctypes.c_long(0)] * 4)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        os.waitpid(pid, 0)
    answers[name] = "DONE" if pid > 0 else "refused"
print(summary(answers))
""",
    REFUSED,
    control="seccomp",
    without="OK: got through",
)
PROCESS_1_NAMESPACES = Attack(
    "the namespaces of process 1 by setns",
    """
answers = {}
for name in ("mnt", "pid", "user", "net"):
    answers[name] = attempt(lambda: call(308, os.open(f"/proc/1/ns/{name}", os.O_RDONLY), 0))
print(summary(answers))
""",
    REFUSED,
)
MOUNTS = by_number(
    "mounting",
    '"mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0), "umount2": (166, b"/proc", 2), '
    '"pivot_root": (155, b"/tmp", b"/tmp"), "chroot": (161, b"/tmp"), "fsopen": (430, b"tmpfs", 0), '
    '"open_tree": (428, -100, b"/tmp", 1), "mount_setattr": (442, -100, b"/tmp", 0, 0, 0)',
)
MOUNTS_IN_A_NAMESPACE = Attack(
    "mounting in a user namespace of one's own",
    """
libc.unshare(0x10020000)
done = libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)
print("mounted" if done == 0 else "refused")
""",
    REFUSED,
    control="seccomp",
    without="OK: mounted",
)
TRACING = by_number(
    "tracing and reading other processes",
    '"ptrace": (101, 0, 0, 0, 0), "process_vm_readv": (310, os.getpid(), 0, 0, 0, 0, 0), '
    '"process_vm_writev": (311, os.getpid(), 0, 0, 0, 0, 0), "pidfd_getfd": (438, -1, 0, 0), '
    '"kcmp": (312, os.getpid(), os.getpid(), 0, 0, 0), "perf_event_open": (298, 0, 0, -1, -1, 0)',
    "OK: got through",
)
IO_URING = by_number(
    "io_uring, which goes around the filter",
    '"setup": (425, 1, 0), "enter": (426, -1, 0, 0, 0, 0, 0), "register": (427, -1, 0, 0, 0)',
    "OK: got through",
)
BPF = by_number(
    "bpf, userfaultfd and memfd_secret",
    '"bpf": (321, 0, 0, 0), "userfaultfd": (323, 1), "memfd_secret": (447, 0)',
    "OK: got through",
)
KEYS = by_number(
    "keyrings",
    '"add_key": (248, b"user", b"x", b"x", 1, -4), "request_key": (249, b"user", b"x", 0, 0), '
    '"keyctl": (250, 0, -3, 0)',
    "OK: got through",
)
MODULES = by_number(
    "modules, kexec, reboot, swap, the clock",
    '"init_module": (175, 0, 0, b""), "delete_module": (176, b"none", 0), "kexec": (246, 0, 0, 0, 0), '
    '"reboot": (169, 0, 0, 0, 0), "swapon": (167, b"/none", 0), "settimeofday": (164, 0, 0), '
    '"clock_settime": (227, 0, 0), "acct": (163, b"/none"), "syslog": (103, 9, 0, 0)',
)
HANDLES = by_number(
    "files by handle",
    '"name_to_handle_at": (303, -100, b"/", 0, 0, 0), "open_by_handle_at": (304, -100, 0, 0)',
    "OK: got through",
)
SEGMENTS = by_number(
    "segments and ports", '"modify_ldt": (154, 0, 0, 0), "ioperm": (173, 0, 1, 1), "iopl": (172, 3)'
)
WATCHES = by_number(
    "watches on files",
    '"inotify_add_watch": (254, -1, b"/", 2), "fanotify_init": (300, 0, 0)',
    "OK: got through",
)
QUEUES = by_number(
    "message queues",
    '"mq_open": (240, b"x", 0o102, 0o600, 0), "msgget": (68, 7, 0o1666)',
    "OK: got through",
)
PAGE_CACHE = Attack(
    "splice, tee and vmsplice: pages of files in pipes",
    """
r, w = os.pipe(); r2, w2 = os.pipe(); os.write(w, b"x")
file = os.open("/usr/bin/python3", os.O_RDONLY)
word = ctypes.create_string_buffer(struct.pack("QQ", ctypes.addressof(ctypes.create_string_buffer(9)), 1))
print(summary({
    "splice": call(275, file, 0, w, 0, 1, 0), "tee": call(276, r, w2, 1, 0),
    "vmsplice": call(278, w, ctypes.addressof(word), 1, 0), "sendfile": call(40, w2, file, 0, 1),
}))
""",
    REFUSED,
    control="seccomp",
    without="OK: got through",
)
CRYPTO_SOCKET = Attack(
    "AF_ALG and the other families that reach the page cache",
    """
families = {"AF_ALG": 38, "AF_KEY": 15, "AF_RXRPC": 33, "AF_XDP": 44, "AF_VSOCK": 40, "AF_TIPC": 30,
            "AF_SMC": 43, "AF_PACKET": 17, "AF_CAN": 29, "AF_BLUETOOTH": 31}
answers = {name: call(41, family, kind, 0) for name, family in families.items() for kind in (1, 2, 3, 5)}
print(summary(answers))
""",
    REFUSED,
)
SOCKETS = Attack(
    "sockets of all families but local ones",
    """
made = set()
for family in set(range(50)) - {1}:
    for kind in range(1, 6):
        if call(41, family, kind, 0) == "DONE":
            made.add(family)
print("refused" if not made else f"made {'INET' if 2 in made else ''} {'NETLINK' if 16 in made else ''}")
""",
    REFUSED,
    control="seccomp",
    without="OK: made INET",
)
CACHE_LOOK = by_number(
    "what of a file is in the page cache, by cachestat",
    '"cachestat": (451, 0, 0, 0, 0)',
)
DEVICES = Attack(
    "device files of the host, opened or made",
    """
answers = {}
for name in ("mem", "kmsg", "kvm", "vsock", "fuse", "loop-control", "ptmx", "pts/ptmx", "sda", "vda",
             "net/tun", "tty", "console", "port", "userfaultfd", "vhost-net", "dri/card0"):
    answers[name] = attempt(lambda: os.close(os.open("/dev/" + name, os.O_RDONLY)))
for major, minor in ((1, 1), (1, 11), (10, 229), (254, 0), (8, 0), (5, 0)):
    answers[f"{major}:{minor}"] = attempt(lambda: os.mknod("/tmp/d", 0o020666, os.makedev(major, minor)))
    answers[f"b{major}:{minor}"] = attempt(lambda: os.mknod("/tmp/d", 0o060666, os.makedev(major, minor)))
print(summary(answers))
""",
    REFUSED,
)
TERMINAL = Attack(
    "characters pushed into a terminal",
    """
answers = {"tty": attempt(lambda: os.close(os.open("/dev/tty", os.O_RDWR)))}
for request in (0x5412, 0x541C, 0x5412 | 1 << 32):
    for fd in (0, 1, 2):
        answers[f"{request} {fd}"] = call(16, fd, request, b"x")
print(summary(answers))
""",
    REFUSED,
)
CGROUPS = Attack(
    "the control groups of the host",
    """
answers = {}
for path in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/kernel", "/sys/fs/cgroup/release_agent"):
    answers[path] = attempt(lambda: os.listdir(path) and "DONE" or "nothing")
answers["mount"] = call(165, b"none", b"/tmp", b"cgroup2", 0, 0)
print(summary(answers))
""",
    REFUSED,
)
SYSTEM_SETTINGS = Attack(
    "settings of the system in /proc",
    """
answers = {}
for path in ("sys/kernel/core_pattern", "sys/kernel/hostname", "sys/vm/drop_caches", "sysrq-trigger",
             "sys/kernel/modprobe", "sys/net/ipv4/ip_forward", "sys/kernel/shmmax", "sys/fs/mqueue/msg_max",
             "self/uid_map", "self/gid_map", "self/setgroups", "self/loginuid", "self/timens_offsets",
             "1/oom_score_adj", "1/mem", "1/comm", "1/coredump_filter", "sys/user/max_user_namespaces"):
    answers[path] = attempt(lambda: os.close(os.open("/proc/" + path, os.O_WRONLY)))
print(summary(answers))
""",
    REFUSED,
)
SCORE = Attack(
    "another victim for the kernel when memory runs out",
    """
print(summary({"score": attempt(lambda: os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"0") and "DONE")}))
""",
    REFUSED,
    control="read-only /proc",
    without="OK: got through",
)
OWN_BINARY = Attack(
    "the files of running programs, written through /proc",
    """
answers = {}
for path in ("/proc/self/exe", "/proc/1/exe", "/usr/bin/python3.11", "/proc/self/map_files"):
    answers[path] = attempt(lambda: os.close(os.open(path, os.O_RDWR)))
print(summary(answers))
""",
    REFUSED,
)
DESCRIPTORS = Attack(
    "descriptors that were left open",
    """
there = [int(name) for name in os.listdir("/proc/self/fd")]
extra = []
for fd in range(3, 64):
    try: os.fstat(fd); extra.append(fd)
    except OSError: pass
walks = [attempt(lambda: os.listdir(f"/proc/self/fd/{fd}/../..") and "DONE") for fd in range(3, 64)]
print("refused" if not extra and "DONE" not in walks else f"descriptors: {len(extra)}")
""",
    REFUSED,
    control="closed descriptors",
    without="OK: descriptors",
)
WALK_OUT = Attack(
    "the root of process 1",
    """
answers = {}
for path in ("root", "cwd", "fd/3", "map_files", "root/../..", "task/1/root"):
    answers[path] = attempt(lambda: os.listdir("/proc/1/" + path) and "DONE")
os.chdir("/"); [os.chdir("..") for _ in range(50)]
answers["above /"] = "DONE" if os.stat("/").st_ino != os.stat("..").st_ino else "same"
print(summary(answers))
""",
    REFUSED,
)
SET_USER_ID = Attack(
    "set-user-ID programs of the image and of one's own",
    """
import shutil, subprocess
found = []
for root, directories, names in os.walk("/"):
    if root == "/": directories.remove("proc")
    for name in names:
        info = os.lstat(os.path.join(root, name))
        if info.st_mode & 0o6000 and info.st_mode & 0o170000 == 0o100000: found.append(name)
shutil.copy("/usr/bin/id", "/tmp/id"); os.chmod("/tmp/id", 0o6755)
own = subprocess.run(["/tmp/id", "-u"], capture_output=True, text=True).stdout.strip()
print("refused" if not found and own == "1000" else f"{found} {own}")
""",
    REFUSED,
)
# Three walls stand here: no such program in an image, no_new_privs, mounts with nosuid. The control puts
# the program there and takes the mounts' flag, so that no_new_privs stands alone; and the other way round.
PLANTED_SET_USER_ID = """
import subprocess
if not os.path.exists("/tmp/planted"):
    print("refused"); raise SystemExit
print("root" if subprocess.run(["/tmp/planted", "-u"], capture_output=True).stdout == b"0\\n" else "refused")
"""
PLANTED = Attack(
    "a set-user-ID program that somebody left in the file system",
    PLANTED_SET_USER_ID,
    REFUSED,
    control="no_new_privs",
    without="OK: root",
)
PLANTED_ON_A_MOUNT = Attack(
    "a set-user-ID program on a mount, with no_new_privs lifted",
    PLANTED_SET_USER_ID,
    REFUSED,
    control="nosuid",
    without="OK: root",
)
BECOME_ROOT = Attack(
    "root by asking",
    """
answers = {name: attempt(act) for name, act in {
    "setuid": lambda: os.setuid(0), "setgid": lambda: os.setgid(0), "setgroups": lambda: os.setgroups([0]),
    "chown": lambda: os.chown("/box/main.py", 0, 0), "kill": lambda: os.kill(1, 0),
}.items()}
print(summary(answers))
""",
    REFUSED,
    control="capabilities",
    without="OK: got through",
)
PRCTL = Attack(
    "prctl: capabilities, securebits, no_new_privs, memory maps",
    """
P = 157
print(summary({
    "ambient": call(P, 47, 2, 21, 0, 0), "securebits": call(P, 28, 1, 0, 0, 0),
    "no_new_privs off": call(P, 38, 0, 0, 0, 0), "PR_SET_MM": call(P, 35, 13, 0, 0, 0),
    "bounding drop": call(P, 24, 1, 0, 0, 0), "capset": call(126, 0, 0),
}))
""",
    REFUSED,
)
OWN_FILTER = Attack(
    "a filter of one's own that allows everything",
    """
allow = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))
program = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", 1, ctypes.addressof(allow)))
call(157, 22, 2, ctypes.addressof(program), 0, 0)
print(summary({"unshare": call(272, 0x10000000)}))
""",
    REFUSED,
)
EXECUTED_MEMORY = Attack(
    "a program from memory, by memfd and execveat",
    """
fd = os.memfd_create("x", 0)
os.write(fd, open("/usr/bin/id", "rb").read())
sys.stdout.flush()
os.execve(f"/proc/self/fd/{fd}", ["id", "-u"], {})
""",
    "OK: 1000",
)
EXECUTABLE_STACK = Attack(
    "READ_IMPLIES_EXEC and memory that is written and executed",
    """
import mmap
m = mmap.mmap(-1, 4096, prot=7)
m.write(b"\\xb8\\x2a\\x00\\x00\\x00\\xc3")
f = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))
print(f(), summary({"personality": call(135, 0x0400000), "no randomisation": call(135, 0x40000 | 0x0400000)}))
""",
    "OK: 42 refused",
)
WIDE_NUMBERS = by_number(
    "numbers of system calls that are none",
    '"negative": (-1,), "large": (1 << 20,), "sign": (1 << 31,), "x32 of none": (0x3FFFFFFF,)',
)
I386 = Attack(
    "the 32-bit interface, int 0x80",
    program("abi.c").replace("HOW", "1"),
    "RE SIGSYS",
    language="c",
)
X32 = Attack(
    "the x32 interface",
    program("abi.c").replace("HOW", "2"),
    "RE SIGSYS",
    language="c",
    control="seccomp",
    without="OK: survived",
)
RAW_64 = Attack(
    "raw system calls past the C library",
    program("abi.c").replace("HOW", "0"),
    "OK: refused",
    language="c",
    control="seccomp",
    without="OK: got through",
)
PRIORITY = Attack(
    "priority: nice, real time, I/O class, cores, locked memory",
    """
print(summary({
    "nice": attempt(lambda: str(os.nice(-5))).replace("-5", "DONE"),
    "fifo": attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))),
    "ioprio": call(251, 1, 0, 0x2000),
    "core": attempt(lambda: os.sched_setaffinity(0, set(range(64)) - os.sched_getaffinity(0))),
    "mlock": "DONE" if libc.mlock(ctypes.c_void_p(id(b"") & ~4095), ctypes.c_size_t(1 << 20)) == 0 else "refused",
    "mlockall": call(151, 3),
}))
""",
    REFUSED,
)
SYMBOLIC_ROOTS = Attack(
    "directories of the system made links, for the next container to follow",
    """
if input() == "leave":
    for path in ("/dev", "/dev/null", "/proc", "/tmp", "/box", "/var/tmp", "/run/shm", "/run"):
        for act in (lambda: os.rename(path, path + ".old"), lambda: os.rmdir(path), lambda: os.unlink(path),
                    lambda: os.symlink("/etc", path)):
            attempt(act)
    print("refused")
else:
    links = [p for p in ("/dev", "/proc", "/tmp", "/box", "/var/tmp", "/run") if os.path.islink(p)]
    print("refused" if not links else f"links {links}")
""",
    REFUSED,
    fields={"tests": TWO_RUNS},
)
TIME = Attack(
    "the clock of the time namespace",
    """
print(summary({"offsets": attempt(lambda: os.write(os.open("/proc/self/timens_offsets", os.O_WRONLY), b"1 9 0")),
               "adjtimex": call(159, ctypes.addressof(ctypes.create_string_buffer(208)))}))
""",
    REFUSED,
)

ATTACKS = [
    NAMESPACES, CLONE, PROCESS_1_NAMESPACES, MOUNTS, MOUNTS_IN_A_NAMESPACE, TRACING, IO_URING, BPF, KEYS,
    MODULES, HANDLES, SEGMENTS, WATCHES, QUEUES, PAGE_CACHE, CRYPTO_SOCKET, SOCKETS, CACHE_LOOK, DEVICES,
    TERMINAL, CGROUPS, SYSTEM_SETTINGS, SCORE, OWN_BINARY, DESCRIPTORS, WALK_OUT, SET_USER_ID, PLANTED,
    PLANTED_ON_A_MOUNT, BECOME_ROOT, PRCTL, OWN_FILTER, EXECUTED_MEMORY, EXECUTABLE_STACK, WIDE_NUMBERS,
    I386, X32, RAW_64, PRIORITY, SYMBOLIC_ROOTS, TIME,
]  # fmt: skip
