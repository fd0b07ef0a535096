"""Programs that want all of the machine: time, memory, disk, processes, descriptors, output."""

from tests.attacks.attack import Attack
from tests.attacks.cases.programs import program

BY_CPU = {"limits": {"cpu_time_s": 0.3, "wall_time_s": 6}}
BY_WALL = {"limits": {"cpu_time_s": 3, "wall_time_s": 0.4}}
SMALL_MEMORY = {"limits": {"memory_mb": 64, "disk_mb": 256, "cpu_time_s": 5}}
FEW_PIDS = {"limits": {"pids": 24, "cpu_time_s": 1, "wall_time_s": 0.8}}
LITTLE_OUTPUT = {"limits": {"output_kb": 16, "cpu_time_s": 3}}
SMALL_DISK = {"limits": {"disk_mb": 16, "memory_mb": 512}}
REFUSED = "OK: refused"

TIME = [
    Attack(
        "an endless loop",
        "until = time.process_time() + 1.5\nwhile time.process_time() < until: pass\nprint('done')",
        "TLE",
        control="CPU time limit",
        without="OK: done",
        fields=BY_CPU,
    ),
    Attack(
        "threads that burn the time together",
        program("spin.c").replace("HOW", "1"),
        "TLE",
        language="c",
        fields=BY_CPU,
    ),
    Attack(
        "daemons that burn the time when the program seems to sleep",
        program("spin.c").replace("HOW", "2"),
        "TLE",
        language="c",
        fields=BY_CPU,
    ),
    Attack(
        "children that each burn a little and end",
        """
while True:
    if os.fork() == 0:
        until = time.process_time() + 0.02
        while time.process_time() < until: pass
        os._exit(0)
    os.wait()
""",
        "TLE",
        fields=BY_CPU,
    ),
    Attack(
        "sleep",
        "time.sleep(1.5); print('done')",
        "TLE",
        control="wall time limit",
        without="OK: done",
        fields=BY_WALL,
    ),
    Attack("stopping oneself", "os.kill(os.getpid(), signal.SIGSTOP)", "TLE", fields=BY_WALL),
    Attack(
        "waiting with all signals blocked",
        "signal.pthread_sigmask(0, signal.valid_signals()); signal.pause()",
        "TLE",
        fields=BY_WALL,
    ),
    Attack(
        "reading what never comes",
        "r, w = os.pipe()\nos.dup2(r, 0); sys.stdin.read()",
        "TLE",
        fields=BY_WALL,
    ),
]

MEMORY = [
    Attack(
        "memory",
        "x = [bytearray(1 << 20) for _ in range(200)]; print('done')",
        ("MLE",),
        control="memory limit",
        without="OK: done",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "memory of a child, whose parent lives on",
        """
if os.fork() == 0:
    x = [bytearray(1 << 20) for _ in range(200)]
os.wait(); print("survived")
""",
        "MLE",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "many children, each below the limit",
        """
for _ in range(12):
    if os.fork() == 0:
        x = bytearray(20 << 20)
        for at in range(0, len(x), 4096): x[at] = 1
        os.read(os.pipe()[0], 1)
for _ in range(12): os.wait()
""",
        "MLE",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "memory in files of /tmp",
        "open('/tmp/x', 'wb').write(bytes(150 << 20))",
        "MLE",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "memory in files without a name",
        "fd = os.memfd_create('x')\nfor _ in range(150): os.write(fd, bytes(1 << 20))",
        "MLE",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "memory in shared segments",
        """
libc.shmat.restype = ctypes.c_void_p
for _ in range(150):
    at = libc.shmat(libc.shmget(0, ctypes.c_size_t(1 << 20), 0o1666), None, 0)
    ctypes.memset(at, 1, 1 << 20)
""",
        "MLE",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "memory in page tables",
        """
import mmap
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
at = libc.mmap(None, 1 << 40, 3, 0x4022, -1, 0)
libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(1 << 40), 15)
for number in range(40_000): ctypes.memset(at + (number << 21), 1, 1)
""",
        "MLE",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "memory in the buffers of sockets",
        """
pairs = []
for _ in range(480):
    pairs.append(socket.socketpair())
    for end in pairs[-1]:
        end.setblocking(False)
        try:
            while True: end.send(bytes(60_000))
        except BlockingIOError: pass
""",
        "MLE",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "address space without end, which is free",
        """
libc.mmap.restype = ctypes.c_void_p
at = libc.mmap(None, ctypes.c_size_t(1 << 40), 0, 0x4022, -1, ctypes.c_long(0))
print("reserved" if at != ctypes.c_void_p(-1).value else "refused")
""",
        "OK: reserved",
        fields=SMALL_MEMORY,
    ),
    Attack(
        "names that do not exist, for the kernel to remember",
        """
until = time.monotonic() + 0.5
number = 0
while time.monotonic() < until:
    try: os.stat(f"/tmp/{number:0200}")
    except OSError: number += 1
print("done")
""",
        ("OK: done", "MLE"),
        fields=SMALL_MEMORY,
        leaves_names=True,
    ),
]

DISK = [
    Attack(
        "more files than fit on the disk",
        """
written = 0
try:
    for number in range(12):
        with open(f"/tmp/{number}", "wb", buffering=0) as file: written += file.write(bytes(8 << 20))
except OSError as error: print(errno.errorcode[error.errno], written < 17 << 20)
else: print("done")
""",
        "OK: ENOSPC True",
        control="tmpfs size",
        without="OK: done",
        fields=SMALL_DISK,
    ),
    Attack(
        "disk by way of /dev/shm",
        """
try:
    for number in range(12): open(f"/dev/shm/{number}", "wb").write(bytes(8 << 20))
except OSError as error: print(errno.errorcode[error.errno])
""",
        "OK: ENOSPC",
        fields=SMALL_DISK,
    ),
    Attack(
        "files without end",
        """
try:
    for number in range(20_000): os.close(os.open(str(number), os.O_CREAT))
except OSError as error: print(errno.errorcode[error.errno], number < 16_384)
else: print("done")
""",
        "OK: ENOSPC True",
        control="inode limit",
        without="OK: done",
        fields=SMALL_DISK,
    ),
    Attack(
        "directories in directories without end",
        "try:\n    for depth in range(100_000): os.mkdir('d'); os.chdir('d')\n"
        "except OSError as error: print(errno.errorcode[error.errno])",
        "OK: ENOSPC",
        fields=SMALL_DISK,
    ),
    Attack(
        "hard links without end",
        "open('x', 'w').close()\ntry:\n    for number in range(100_000): os.link('x', f'{number:0250}')\n"
        "except OSError as error: print(errno.errorcode[error.errno])",
        "OK: ENOSPC",
        fields=SMALL_DISK,
    ),
    Attack(
        "a sparse file of 16 TiB",
        """
answers = {"truncate": attempt(lambda: open("x", "wb").truncate(1 << 44) and "DONE")}
answers["fallocate"] = attempt(lambda: os.posix_fallocate(os.open("y", os.O_RDWR | os.O_CREAT), 0, 1 << 44))
print(summary(answers))
""",
        REFUSED,
        fields=SMALL_DISK,
    ),
]

PROCESSES = [
    Attack(
        "processes without end",
        """
started = 0
try:
    while started < 200:
        if os.fork() == 0: time.sleep(30); os._exit(0)
        started += 1
except OSError: pass
print("refused" if started < 64 else f"{started} processes")
""",
        REFUSED,
        control="pids limit",
        without="OK: 200 processes",
    ),
    Attack(
        "a fork bomb",
        "while True:\n    try: os.fork()\n    except OSError: pass",
        "TLE",
        fields=FEW_PIDS,
    ),
    Attack(
        "a bomb of children that fork and end, faster than anybody kills by number",
        program("storm.c").replace("HOW", "0"),
        "TLE",
        language="c",
        fields=FEW_PIDS,
    ),
    Attack(
        "a bomb of programs that execute themselves, by vfork",
        program("storm.c").replace("HOW", "1"),
        "TLE",
        language="c",
        fields=FEW_PIDS,
    ),
    Attack(
        "threads without end",
        """
import threading
started = 0
try:
    while True: threading.Thread(target=threading.Event().wait, daemon=True).start(); started += 1
except RuntimeError: print("refused", started < 64)
""",
        "OK: refused True",
    ),
    Attack(
        "a daemon behind a program that ends",
        """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.pthread_sigmask(0, signal.valid_signals())
        while True: time.sleep(0.001)
    os._exit(0)
os.wait(); print("done")
""",
        "OK: done",
    ),
    Attack(
        "descriptors without end",
        """
opened = []
try:
    while len(opened) < 400: opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error: print("refused" if len(opened) < 100 else error)
else: print("400 open")
""",
        REFUSED,
        control="rlimits",
        without="OK: 400 open",
        fields={"limits": {"open_files": 64}},
    ),
    Attack(
        "descriptors in flight, hidden in local sockets",
        """
import array
left, right = socket.socketpair()
many = array.array("i", [os.open("/dev/null", os.O_RDONLY)] * 200)
sent = 0
left.setblocking(False)
try:
    while sent < 100_000:
        left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, many)]); sent += 200
except OSError as error: print(errno.errorcode[error.errno], sent < 10_000)
""",
        ("OK: ETOOMANYREFS True", "OK: EAGAIN True"),
    ),
    Attack(
        "the space for pipes that a user has, which a neighbour needs",
        """
import fcntl
pipes = [os.pipe() for _ in range(62)]
grown = 0
for _, end in pipes:
    try: fcntl.fcntl(end, 1031, 1 << 20); grown += 1
    except OSError: pass
time.sleep(0.6)
print("enough" if grown >= 60 else "short")
""",
        "OK: enough",
        control="user namespace",
        without="OK: short",
        together=True,
    ),
    Attack(
        "timers, signals in a queue and locks by the ten thousand",
        """
import fcntl
signal.pthread_sigmask(0, signal.valid_signals())
timers = 0
while timers < 20_000 and call(222, 1, 0, ctypes.addressof(ctypes.create_string_buffer(8))) == "DONE":
    timers += 1
queued = 0
info = ctypes.create_string_buffer(struct.pack("iii", 40, 0, -1) + bytes(116))
while queued < 20_000 and call(129, os.getpid(), 40, ctypes.addressof(info)) == "DONE": queued += 1
file = open("x", "w+b"); file.truncate(1 << 20)
for at in range(0, 10_000, 2): fcntl.lockf(file, fcntl.LOCK_EX, 1, at)
print("refused", timers < 2000, queued < 2000)
""",
        "OK: refused True True",
    ),
]

OUTPUT = [
    Attack(
        "output without end",
        "for _ in range(20): os.write(1, b'x' * 4096)\nprint('\\ndone')",
        "OLE",
        control="output cap",
        without="OK: done",
        fields=LITTLE_OUTPUT,
    ),
    Attack(
        "output without end, on stderr",
        "while True: os.write(2, b'x' * 4096)",
        "OLE",
        fields=LITTLE_OUTPUT,
    ),
    Attack(
        "output without end, byte by byte on both streams",
        "while True: os.write(1, b'x'); os.write(2, b'y')",
        "OLE",
        fields=LITTLE_OUTPUT,
    ),
    Attack(
        "output without end by many processes",
        "for _ in range(3): os.fork()\nwhile True: os.write(1, b'x' * 4096)",
        "OLE",
        fields=LITTLE_OUTPUT,
    ),
    Attack(
        "an output made of what breaks readers",
        r"os.write(1, b'\r' * 9000 + b'\x1b[2J\x00\xff\xfe\xed\xa0\x80\n\x1b]0;x\x07{\"verdict\"')",
        'OK: \x1b]0;x\x07{"verdict"',
        fields={"limits": {"output_kb": 64}},
    ),
    Attack(
        "16 MiB of input that nobody reads",
        "os.close(0); print('done')",
        "OK: done",
        fields={"stdin": "x" * (16 << 20)},
    ),
    Attack(
        "an output that nobody can write any more",
        "os.close(1); os.close(2); os.kill(os.getpid(), signal.SIGPIPE)",
        ("OK", "RE SIGPIPE"),
    ),
]

STACKS = [
    Attack(
        "a stack without end, in C",
        "int main(int n, char **v) { volatile char x[999]; x[0] = 1; return main(n, v) + x[0]; }",
        "RE SIGSEGV",
        language="c",
        fields={"limits": {"memory_mb": 512}},
    ),
    Attack(
        "a stack without end, in Python",
        "sys.setrecursionlimit(1 << 30)\ndef f(): f()\nf()",
        ("RE SIGSEGV", "MLE", "RE 1"),
        fields={"limits": {"cpu_time_s": 3}},
    ),
    Attack("a core dump", "os.abort()", "RE SIGABRT", fields={"collect": ["*core*"]}),
]

ATTACKS = [*TIME, *MEMORY, *DISK, *PROCESSES, *OUTPUT, *STACKS]
