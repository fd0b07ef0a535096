"""Nothing privileged follows a path that a program could have changed, also while it is being changed.

A program is dead when its files are collected. To have a race at all, init is built in such a way that what
a program leaves behind lives on while its files are collected; then the rules for links are all there is.
"""

from runtime.limits import Limits
from runtime.outcome import CollectedFile
from tests.attacks.controls import CONTROLS, Control, Patch, weakened
from tests.attacks.scene import Scene

# The keeper does not end what is left, and does not wait for it; the kernel does, when the keeper ends.
LIVES_ON: tuple[Patch, ...] = (
    ("reap.c", r"kill\(-1, SIGKILL\);", ""),
    ("reap.c", r"while \(waitpid\(-1, &status, __WALL\) > 0\)", "while (0)"),
)
RACING = Control("nothing that is left is ended", patches=LIVES_ON)
RACING_WITHOUT_RULES = Control(
    "nor links refused", patches=(*LIVES_ON, *CONTROLS["no links in collect"].patches)
)

# Names are exchanged in one step, by renameat2 with RENAME_EXCHANGE.
RACE = """
import ctypes, os, time
libc = ctypes.CDLL(None)
for number in range(200):
    os.makedirs(f"d{number}"); open(f"d{number}/passwd", "w").write("mine")
    os.symlink("/etc", f"l{number}")
    open(f"f{number}", "w").write("mine"); os.symlink("/etc/passwd", f"s{number}")
    os.makedirs(f"e{number}/in"); open(f"e{number}/in/passwd", "w").write("mine")
for kind in range(3):
    if os.fork() == 0:
        os.setsid()
        while True:
            for number in range(200):
                pair = [(f"d{number}", f"l{number}"), (f"f{number}", f"s{number}"),
                        (f"e{number}/in", f"l{number}")][kind]
                libc.syscall(316, -100, pair[0].encode(), -100, pair[1].encode(), 2)
time.sleep(0.02); os._exit(0)
"""
PATTERNS = ["*/passwd", "*/in/passwd", "f*", "s*"]
TRIES = 6


def collect_in_a_race(scene: Scene, control: Control) -> list[CollectedFile]:
    """All that was collected in some tries."""

    async def race() -> list[CollectedFile]:
        found: list[CollectedFile] = []
        limits = Limits(wall_time_s=20, inodes=20_000, disk_bytes=64 << 20)
        async with scene.lease("python") as slot:
            filtering = scene.lab.runner.filter_program
            image = scene.image_of("python")
            async with weakened(control, [slot], image, filtering, scene.directory):
                for _ in range(TRIES):
                    outcome = await scene.lab.runner.run_in(
                        slot, ["python3", "-c", RACE], collect=PATTERNS, limits=limits
                    )
                    found.extend(outcome.files)
                    if foreign(found):
                        break
        return found

    return scene.lab.runner.wait(race())


def foreign(files: list[CollectedFile]) -> list[CollectedFile]:
    """Files with content that is not the program's own."""
    return [file for file in files if file.content not in (None, b"mine")]


def test_no_link_is_followed_while_names_change(scene: Scene):
    files = collect_in_a_race(scene, RACING)
    assert [] == foreign(files)
    # It was a race: names were found in both of their forms.
    for prefix in ("f", "s"):
        kinds = {file.content is None for file in files if file.path.startswith(prefix)}
        assert {True, False} == kinds


def test_without_the_rules_for_links_they_are(scene: Scene):
    assert [] != foreign(collect_in_a_race(scene, RACING_WITHOUT_RULES))
