"""Signals: to init, to everybody, to oneself; and what becomes of the verdict."""

from tests.attacks.attack import TWO_RUNS, Attack

REFUSED = "OK: refused"

ATTACKS = [
    Attack(
        "init, signalled",
        "print(summary({str(n): attempt(lambda: os.kill(1, n)) for n in sorted(signal.valid_signals()) + [0]}))",
        REFUSED,
        control="init's own user id",
        without="OK: got through",
    ),
    Attack(
        "everybody, killed",
        """
child = os.fork()
if child == 0: time.sleep(60)
os.kill(-1, signal.SIGKILL)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
os.killpg(0, signal.SIGKILL)
""",
        "RE SIGKILL: -9",
    ),
    Attack(
        "a storm of all signals to everybody",
        """
for number in signal.valid_signals() - {9, 19}: signal.signal(number, signal.SIG_IGN)
for _ in range(300):
    for number in signal.valid_signals() - {9, 19}:
        for target in (0, 1, -1): attempt(lambda: os.kill(target, number))
print("refused")
""",
        REFUSED,
    ),
    Attack("abort", "os.abort()", "RE SIGABRT"),
    Attack("killing oneself", "os.kill(os.getpid(), signal.SIGKILL)", "RE SIGKILL"),
    Attack("a status of 139 that is no signal", "sys.exit(139)", "RE 139"),
    Attack(
        "SIGXCPU to oneself, which is no time limit",
        "os.kill(os.getpid(), signal.SIGXCPU)",
        "RE SIGXCPU",
    ),
    Attack(
        "SIGXFSZ by a file that is too large",
        "signal.signal(signal.SIGXFSZ, signal.SIG_DFL); open('x', 'wb').truncate(1 << 44)",
        "RE SIGXFSZ",
    ),
    Attack(
        "signals that the parent ignored or blocked",
        """
ignored = [n for n in signal.valid_signals() if signal.getsignal(n) == signal.SIG_IGN]
blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
print("refused" if not blocked and set(ignored) <= {signal.SIGPIPE, signal.SIGXFSZ} else f"{ignored} {blocked}")
""",
        REFUSED,
    ),
    Attack(
        "init outlived, by a child that does not end with the run",
        """
if input() == "leave":
    for _ in range(20):
        if os.fork() == 0:
            signal.pthread_sigmask(0, signal.valid_signals()); os.setsid(); time.sleep(60)
print(len([name for name in os.listdir("/proc") if name.isdigit()]) <= 2 and "refused" or "left")
""",
        REFUSED,
        fields={"tests": TWO_RUNS},
    ),
]
