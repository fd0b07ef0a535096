"""All attacks, by subject."""

from collections.abc import Mapping, Sequence

from tests.attacks.attack import Attack
from tests.attacks.cases import (
    across,
    compilers,
    forgery,
    information,
    kernel,
    paths,
    resources,
    signals,
)

SUBJECTS: Mapping[str, Sequence[Attack]] = {
    "kernel": kernel.ATTACKS,
    "resources": resources.ATTACKS,
    "compilers": compilers.ATTACKS,
    "other runs": across.ATTACKS,
    "forgery": forgery.ATTACKS,
    "information": information.ATTACKS,
    "signals": signals.ATTACKS,
    "paths": paths.ATTACKS,
}
ATTACKS = [attack for attacks in SUBJECTS.values() for attack in attacks]
