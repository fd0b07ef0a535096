"""What attacks leave on the machine itself: nothing in its file systems, and its programs are the same."""

import os
import subprocess
from pathlib import Path

from runtime import build_init
from runtime.container import UID_RANGE
from tests.attacks.scene import Scene
from tests.privileged.leaks import slots_of

# Wherever something could be written that outlives a run.
PLACES = ["/run", "/dev", "/tmp", "/var", "/etc", "/mnt", "/opt", "/home", "/sys/fs/cgroup"]

LEAVE = """
import os, socket
for place in ("/tmp", "/box", "/var/tmp", "/dev/shm"):
    open(place + "/x", "w").close(); os.mkdir(place + "/d"); os.chmod(place + "/x", 0o4777)
    socket.socket(socket.AF_UNIX).bind(place + "/s")
"""


def files_of_slots(scene: Scene, places: list[str]) -> list[str]:
    """The files in some places that belong to a user id of a slot."""
    slots = slots_of(scene.lab.pool)
    first = min(slot._place.first_uid for slot in slots)
    last = first + len(slots) * UID_RANGE
    find = ["find", *places, "-xdev", "-uid", f"+{first - 1}", "-uid", f"-{last}"]
    # Others may remove files meanwhile, of which find complains.
    done = subprocess.run(find, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


async def boot_anew(scene: Scene) -> None:
    image = scene.image_of("python")
    async with scene.lease("python") as slot:
        await slot.boot(image.digest, image.rootfs, scene.lab.runner.filter_program)


def test_no_file_of_a_slots_user_ids_is_left_on_the_machine(scene: Scene, tmp_path: Path):
    os.chown(os.devnull, 0, 0)  # another service on this machine may not know better
    scene.lab.runner.wait(boot_anew(scene))
    scene.lab.runner.python(LEAVE)
    assert [] == files_of_slots(scene, PLACES)
    # The control: such a file would be found.
    (tmp_path / "x").touch()
    os.chown(tmp_path / "x", slots_of(scene.lab.pool)[0]._place.first_uid + 1000, -1)
    assert [str(tmp_path / "x")] == files_of_slots(scene, [str(tmp_path)])
    (tmp_path / "x").unlink()


REPLACE = """
import os
for pid in ("self", "1"):
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC):
        try: os.open(f"/proc/{pid}/exe", flags)
        except OSError: pass
os.execv("/proc/self/exe", ["python3", "-c", "print(1)"])
"""


def test_what_boots_and_runs_containers_is_the_same_afterwards(scene: Scene):
    place = slots_of(scene.lab.pool)[0]._place
    assert place.init == build_init.binary_path(place.init.parent)
    before = {path: path.read_bytes() for path in (place.init, Path(place.crun))}
    assert 0 == scene.lab.runner.python(REPLACE).exit_code
    assert before == {path: path.read_bytes() for path in before}
