"""From one run to the next in the same slot, and from one slot to its neighbour."""

from tests.attacks.attack import TWO_RUNS, Attack

NOTHING = "OK: nothing"
TESTS = {"tests": TWO_RUNS}

LEAVE_OR_LOOK = """
if input() == "leave":
    {leave}
    print("left")
else:
    found = {look}
    print(f"found {{found}}" if found else "nothing")
"""


def from_run_to_run(name: str, leave: str, look: str, **more: object) -> Attack:
    """An attack of two runs: the first leaves something, the second looks for it."""
    code = LEAVE_OR_LOOK.format(leave=leave.replace("\n", "\n    "), look=look)
    return Attack(name, code, NOTHING, fields=TESTS, **more)  # type: ignore[arg-type]  # its fields


FILES = from_run_to_run(
    "files left for the next run",
    """for place in ("/tmp", "/box", "/var/tmp", "/dev/shm", "/run/shm", "/run/lock", "/dev/mqueue", "/home"):
    attempt(lambda: open(f"{place}/marker", "w").close())""",
    """[root for root, _, names in os.walk("/") if not root.startswith("/proc") and "marker" in names]""",
    control="fresh file system",
    without="OK: found ['/tmp']",
)
PROGRAM = from_run_to_run(
    "the program overwritten for its next test",
    """open("main.py", "w").write("print('found new program')")
os.makedirs("__pycache__", exist_ok=True); open("sitecustomize.py", "w").write("print('found it')")""",
    """os.path.exists("sitecustomize.py")""",
)
CACHES = from_run_to_run(
    "caches and start-up files of interpreters and tools, poisoned",
    """import site
paths = [site.getusersitepackages() + "/x.pth", "/tmp/.config/x", "/tmp/.cache/x", "/tmp/hsperfdata_x",
         "/tmp/.pythonrc", "/usr/lib/python3/dist-packages/x.pth", "/usr/lib/python3.11/sitecustomize.py",
         "/etc/ld.so.preload", "/etc/profile.d/x.sh", "/usr/local/bin/python3", "/tmp/__pycache__/x.pyc"]
for path in paths:
    attempt(lambda: os.makedirs(os.path.dirname(path), exist_ok=True))
    attempt(lambda: open(path, "w").write("import os; os.write(1, b'found')") and "DONE")""",
    """[path for path in ("/tmp/.config", "/tmp/.cache", "/tmp/.local", "/tmp/__pycache__", "/etc/ld.so.preload",
     "/usr/local/bin/python3", "/usr/lib/python3/dist-packages/x.pth") if os.path.exists(path)]""",
)
FORK_SERVER = from_run_to_run(
    "a process that lives on and waits for the next run",
    """if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.pthread_sigmask(0, signal.valid_signals()); os.closerange(0, 9)
        while True:
            for place in ("/tmp", "/box", "/dev/shm"): attempt(lambda: open(place + "/late", "w").close())
            time.sleep(0.002)
    os._exit(0)
os.wait()""",
    """(time.sleep(0.1), [p for p in ("/tmp/late", "/box/late", "/dev/shm/late") if os.path.exists(p)],
     len([name for name in os.listdir("/proc") if name.isdigit()]) - 2)[1:] != ([], 0)""",
)
STOPPED = from_run_to_run(
    "a stopped process that is continued by the next run",
    """if os.fork() == 0: os.kill(os.getpid(), signal.SIGSTOP); open("/tmp/late", "w").close(); os._exit(0)
os.waitpid(-1, os.WUNTRACED)""",
    """attempt(lambda: os.kill(-1, signal.SIGCONT)) == "DONE" or os.path.exists("/tmp/late")""",
)
MEMORY = from_run_to_run(
    "secrets of the run before in fresh memory and in files",
    """x = b"marker-4711-" * 2_000_000; open("/tmp/x", "wb").write(x)""",
    """(lambda m: m.find(b"marker-" + b"4711-") >= 0 or m[:].count(0) != len(m))(
     __import__("mmap").mmap(-1, 60 << 20))""",
)
SHARED_MEMORY = from_run_to_run(
    "System V shared memory and semaphores",
    "libc.shmget(7, ctypes.c_size_t(4096), 0o1666); libc.semget(7, 1, 0o1666)",
    "libc.shmget(7, ctypes.c_size_t(4096), 0o666) >= 0 or libc.semget(7, 1, 0o666) >= 0",
    control="IPC namespace",
    without="OK: found True",
)
ABSTRACT_SOCKET = from_run_to_run(
    "an abstract socket that is listened on",
    """server = socket.socket(socket.AF_UNIX); server.bind("\\0marker"); server.listen()
if os.fork() == 0: os.setsid(); time.sleep(20)""",
    """attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0marker")) == "DONE" """,
)
CHARGE = from_run_to_run(
    "memory that the next run has to pay for",
    """open("/tmp/x", "wb").write(bytes(50 << 20)); fd = os.memfd_create("x"); os.write(fd, bytes(50 << 20))""",
    """len(bytearray(400 << 20)) != 400 << 20""",
)
SEES = Attack(
    "processes other than one's own",
    "print(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()) == [1, os.getpid()]"
    " and os.getpid() == 2 and 'nothing' or 'others')",
    NOTHING,
    control="PID namespace",
    without="OK: others",
)

LOCKS = """
import fcntl
held, taken = {{}}, []
for path in {paths}:
    try:
        file = os.open(path, os.O_RDONLY)
        key = os.fstat(file)[1:3]
        if key not in held:
            held[key] = file
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError: taken.append(path)
    except OSError: pass
time.sleep(0.5)
print(f"taken {{taken}}" if taken else "nothing")
"""
LOCKS_ON_FILES = Attack(
    "locks on files of the image that a neighbour sees",
    LOCKS.format(
        paths="""["/", "/box", "/tmp", "/usr/bin/python3", "/etc/passwd", "/proc", "/proc/cpuinfo",
    "/proc/version", "/proc/sys", "/proc/mounts", "/usr/lib/python3.11/os.py"]"""
    ),
    NOTHING,
    together=True,
)
LOCKS_ON_DEVICES = Attack(
    "locks on device files that a neighbour sees",
    LOCKS.format(paths='["/dev", "/dev/null", "/dev/zero", "/dev/full", "/dev/urandom"]'),
    NOTHING,
    control="device files of its own",
    without="OK: taken",
    together=True,
)
LOCKS_ON_NAMESPACES = Attack(
    "locks on namespaces that a neighbour sees",
    LOCKS.format(paths='["/proc/self/ns/" + name for name in sorted(os.listdir("/proc/self/ns"))]'),
    NOTHING,
    control="time namespace",
    without="OK: taken",
    together=True,
)
MEETING = Attack(
    "a meeting of two slots by name: sockets, shared memory, files",
    """
met = []
server = socket.socket(socket.AF_UNIX)
try: server.bind("\\0meeting"); server.listen()
except OSError: met.append("socket")
made = libc.shmget(4711, ctypes.c_size_t(4096), 0o3666)
if made < 0: met.append("shared memory")
try: os.close(os.open("/dev/shm/meeting", os.O_CREAT | os.O_EXCL))
except OSError: met.append("file")
time.sleep(0.5)
print(f"met {met}" if met else "nothing")
""",
    NOTHING,
    together=True,
)

ATTACKS = [
    FILES, PROGRAM, CACHES, FORK_SERVER, STOPPED, MEMORY, SHARED_MEMORY, ABSTRACT_SOCKET, CHARGE, SEES,
    LOCKS_ON_FILES, LOCKS_ON_DEVICES, LOCKS_ON_NAMESPACES, MEETING,
]  # fmt: skip
