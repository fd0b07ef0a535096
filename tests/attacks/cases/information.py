"""What a program may learn: nothing of the host, of other tenants, of the right answers."""

import hashlib

from tests.attacks.attack import LISTENER, Attack
from tests.attacks.cases.programs import program

REFUSED = "OK: refused"
NOTHING = "OK: nothing"

# --- the right answers ----------------------------------------------------------------------------

CANARY = "CANARY-5f1c0b7e9a"
# Only its hash is in the program, or a search for it would find the search.
FIND = f"""
import hashlib, re
def hits(data):
    return any(hashlib.sha256(found.group()).hexdigest() == "{hashlib.sha256(CANARY.encode()).hexdigest()}"
               for found in re.finditer(rb"CANARY-[0-9a-f]{{10}}", data))
def say(found): print(f"found {{sorted(found)[:5]}}" if found else "nothing")
"""
EXPECTED = {"tests": [{"stdin": "", "expected_output": CANARY}]}
SEARCHED = "WA: nothing"

ANSWERS = [
    Attack(
        "the right answer in any file that can be read, in /proc, the environment, the arguments",
        FIND
        + """
found = set()
for root, directories, names in os.walk("/"):
    if root.startswith("/usr/") and root.count("/") > 3: directories[:] = []
    if root.startswith(("/proc/sys", "/proc/self/map_files")): directories[:] = []
    for name in names:
        path = os.path.join(root, name)
        try:
            if os.path.isfile(path) and (root.startswith("/proc") or os.path.getsize(path) < 1 << 20):
                fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                if hits(os.read(fd, 1 << 20)): found.add(path)
                os.close(fd)
        except OSError: pass
if hits(repr((os.environb, sys.argv, os.listdir("/box"), os.listdir("/tmp"))).encode()): found.add("environment")
say(found)
""",
        SEARCHED,
        control="answers stay outside",
        without="WA: found",
        fields=EXPECTED,
    ),
    Attack(
        "the right answer in the objects of the interpreter: frames, gc, modules",
        FIND
        + """
import gc
def everything():
    frame = sys._getframe()
    while frame: yield from frame.f_locals.values(); yield from frame.f_globals.values(); frame = frame.f_back
    yield from gc.get_objects()
    for module in list(sys.modules.values()): yield from vars(module).values()
found = set()
for thing in list(everything()):
    if isinstance(thing, (str, bytes, bytearray)):
        data = thing.encode(errors="replace") if isinstance(thing, str) else bytes(thing)
        if hits(data): found.add(type(thing).__name__)
outside = [f.f_code.co_filename for f in sys._current_frames().values() if f.f_back]
say(found | set(outside))
""",
        SEARCHED,
        fields=EXPECTED,
    ),
    Attack(
        "the right answer in the memory of the process",
        FIND
        + """
found = set()
memory = os.open("/proc/self/mem", os.O_RDONLY)
for line in open("/proc/self/maps"):
    span, mode, *_, last = line.split()
    if "r" not in mode or last in ("[vvar]", "[vsyscall]", "[vvar_vclock]"): continue
    start, end = (int(word, 16) for word in span.split("-"))
    while start < end:
        try: data = os.pread(memory, min(end - start, 1 << 22), start)
        except OSError: break
        if not data: break
        if hits(data): found.add(last)
        start += len(data)
say(found)
""",
        SEARCHED,
        fields=EXPECTED,
    ),
    Attack(
        "the right answer in process 1 and in its descriptors",
        FIND
        + """
found = set()
for pid in ("1", str(os.getppid())):
    for name in ("environ", "mem", "maps", "cmdline", "fd/3", "root/box", "cwd", "auxv", "stack", "fdinfo", "io"):
        path = f"/proc/{pid}/{name}"
        try: found.add(path) if (os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(64)) else 0
        except OSError: pass
say({path for path in found if not path.endswith("cmdline")})
""",
        SEARCHED,
        control="init not dumpable",
        without="WA: found",
        fields=EXPECTED,
    ),
    Attack(
        "the right answer in what the compiler can include",
        """#include <stdio.h>
__asm__(".section .rodata\\nleak: .incbin \\"/proc/self/environ\\"\\n.byte 0\\nend: .previous");
extern const char leak[], end[];
int main(void) {
  for (const char *at = leak; at < end; at++)
    if (at[0] == 'C' && at[1] == 'A' && at[2] == 'N' && at[3] == 'A' && at[4] == 'R') puts("found");
  puts("nothing");
  return 0;
}
""",
        SEARCHED,
        language="c",
        fields=EXPECTED,
    ),
    Attack(
        "the right answer by including the test's own files",
        '#include "/proc/self/fd/0"\n#include "expected_output"\n#include "../answer"\nint main(void) {}\n',
        "CE",
        language="c",
        fields=EXPECTED,
    ),
]

# --- the host -------------------------------------------------------------------------------------

HOST = [
    Attack(
        "what /proc tells about the host and its other tenants",
        """
told = {}
for name in ("keys", "key-users", "cmdline", "interrupts", "softirqs", "locks", "diskstats", "partitions",
             "vmstat", "zoneinfo", "modules", "swaps", "kallsyms", "config.gz", "fs/ext4", "bus/pci/devices",
             "pressure/cpu", "irq", "ioports", "buddyinfo", "sched_debug", "timer_list", "latency_stats", "kcore", "iomem", "slabinfo"):
    path = "/proc/" + name
    try: data = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(4096)
    except OSError: continue
    if data: told[name] = "DONE"
print(summary(told))
""",
        REFUSED,
        control="masked /proc",
        without="OK: got through",
    ),
    Attack(
        "paths of the host, names of slots and tokens, in everything that names something",
        """
import re
text = ""
for name in ("mountinfo", "mounts", "mountstats", "maps", "environ", "cmdline", "cgroup", "status", "limits"):
    text += open(f"/proc/self/{name}").read()
text += open("/proc/net/unix").read() + open("/proc/sys/kernel/hostname").read()
for fd in (0, 1, 2): text += os.readlink(f"/proc/self/fd/{fd}")
words = re.findall(r"/(?:var/lib|run/sandbox|root|home|work)\\S*|slot-?\\d+|sha256\\S*|worker\\S*|[Tt]oken\\S*|\\bid=\\d{5,}", text)
print(f"found {words[:5]}" if words else "nothing")
""",
        NOTHING,
    ),
    Attack(
        "the environment that crun or the worker had",
        "print(sorted(set(os.environ) - {'PATH', 'LANG', 'HOME', 'LC_CTYPE', 'PYTHONDONTWRITEBYTECODE',"
        " 'PYTHONHASHSEED', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'}) or 'nothing')",
        NOTHING,
    ),
    Attack(
        "the user ids of the host in files that others made",
        """
owners = set()
for root, directories, names in os.walk("/"):
    if root in ("/proc", "/usr/share"): directories[:] = []
    for name in names: owners.add(os.lstat(os.path.join(root, name)).st_uid)
print("nothing" if owners <= {0, 1000, 65534} else owners)
""",
        NOTHING,
    ),
    Attack(
        "addresses of the kernel",
        """
import re
text = open("/proc/net/unix").read()
for name in ("stat", "wchan", "timerslack_ns", "syscall"):
    try: text += open(f"/proc/self/{name}").read()
    except OSError: pass
print("nothing" if not re.search(r"\\bffff[0-9a-f]{12}\\b", text) else "found")
""",
        NOTHING,
    ),
]

# --- the network ----------------------------------------------------------------------------------

NETWORK = [
    Attack(
        "connections to the internet, to the host and to clouds' addresses",
        """
answers = {}
targets = ["1.1.1.1", "169.254.169.254", "127.0.0.1", "10.0.0.1", "172.17.0.1", "192.168.0.1", "0.0.0.0"]
for address in targets:
    for port in (53, 80, 6379, 8000):
        answers[address] = attempt(lambda: socket.create_connection((address, port), 1) and "DONE")
for address in ("fd00:ec2::254", "::1"):
    answers[address] = attempt(lambda: socket.create_connection((address, 80), 1) and "DONE")
answers["name"] = attempt(lambda: socket.getaddrinfo("example.test", 80) and "DONE")
print(summary(answers))
""",
        REFUSED,
    ),
    Attack(
        "a server of the host on an abstract socket",
        f"print(summary({{'host': attempt(lambda: socket.socket(socket.AF_UNIX).connect({LISTENER!r}))}}))",
        REFUSED,
        control="network namespace",
        without="OK: got through: host",
    ),
    Attack(
        "local sockets of the host: queue, containers, system bus",
        """
answers = {}
for path in ("/run/sandbox/queue.sock", "/var/run/docker.sock", "/run/containerd/containerd.sock",
             "/run/dbus/system_bus_socket", "/run/systemd/private", "/dev/log", "/run/crun.sock"):
    answers[path] = attempt(lambda: socket.socket(socket.AF_UNIX).connect(path))
print(summary(answers))
""",
        REFUSED,
    ),
    Attack(
        "interfaces and routes",
        """
names = [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]]
routes = open("/proc/net/route").read().splitlines()[1:]
print("nothing" if names == ["lo"] and not routes else f"{names} {routes}")
""",
        NOTHING,
    ),
    Attack(
        "the hypervisor and other machines, by AF_VSOCK and raw frames",
        program("vsock.c"),
        REFUSED,
        language="c",
    ),
]

ATTACKS = [*ANSWERS, *HOST, *NETWORK]
