"""All settings of the pipeline, in one place, and the two presets.

`testgen run --set NAME=VALUE` and environment variables with the prefix TESTGEN_ change them. All of
them are part of what a result is known by: change one, and the problems are worked on again, with what was
paid for before where it is the same. Where and how fast is in ``service.py``.
"""

from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from testgen.errors import DataError

Preset = Literal["kimi", "full"]


class Settings(BaseSettings):
    """Every threshold. The defaults are those of the preset ``full``."""

    model_config = SettingsConfigDict(env_prefix="TESTGEN_", extra="forbid", frozen=True)

    preset: Preset = Field(default="full", description="Where the values come from.")
    run_seed: int = Field(
        default=1, description="All draws and all generators' seeds follow from it."
    )

    # References
    draw: int = Field(default=10, ge=1, description="References that vote on each test.")
    agree_share: float = Field(default=0.7, gt=0, le=1, description="Share that must agree.")
    pass_share: float = Field(
        default=0.9, gt=0, le=1, description="Share that must pass all selected tests."
    )
    least_references: int = Field(default=3, ge=1, description="With fewer, nothing can be said.")
    qualify: bool = Field(
        default=True, description="Leave out copies and references that fail the samples."
    )
    demote_share: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="A reference that disagrees with more of the settled tests than this is set aside.",
    )
    failing_share: float = Field(
        default=0.1, ge=0, le=1, description="… and one that fails (time, crash) on more than this."
    )
    most_demoted_share: float = Field(
        default=0.34, ge=0, le=1, description="With more set aside, the problem is rejected."
    )

    # Time
    python_time_factor: float = Field(
        default=2.0, ge=1, description="What a problem's time limit is multiplied by for Python."
    )
    least_time_limit_s: float = Field(default=1.0, gt=0, description="CPU seconds of a solution.")
    most_time_limit_s: float = Field(default=10.0, gt=0, description="… at most.")
    output_kb: int = Field(default=8192, ge=1, description="KiB that a solution may print.")

    noisy_timeouts: int = Field(
        default=3,
        ge=0,
        description="A solution that runs out of time on no more inputs than this has them once more.",
    )

    # Generators
    cases_per_generator: int = Field(default=50, ge=1, le=1000, description="Cases of one script.")
    generators: int = Field(default=40, ge=1, description="Scripts of a problem that are used.")
    generator_cpu_s: float = Field(default=30.0, gt=0, description="CPU seconds of one script.")
    case_bytes: int = Field(default=8 << 20, ge=1, description="Bytes of one case.")
    cases_bytes: int = Field(default=64 << 20, ge=1, description="… of all cases of one script.")
    least_valid: int = Field(default=40, ge=1, description="Valid cases that a problem needs.")

    least_valid_share: float = Field(
        default=0.8, ge=0, le=1, description="… and the share of all cases that must be settled."
    )

    # Judge kind
    special_judges: bool = Field(
        default=True, description="Recover problems with several right answers by a checker."
    )
    ladder: bool = Field(
        default=True, description="Look for a more lenient comparison where the declared one fails."
    )
    tolerances: tuple[float, ...] = Field(
        default=(1e-9, 1e-6, 1e-4),
        description="Errors of real numbers that are tried, up to the one that the statement names.",
    )
    untold_tolerance: float = Field(
        default=1e-6, ge=0, description="… or up to this, if it speaks of real numbers only."
    )
    level_share: float = Field(
        default=0.95,
        gt=0,
        le=1,
        description="Share of cases on which a comparison must make all agree.",
    )
    unsettled_share: float = Field(
        default=0.2,
        gt=0,
        le=1,
        description="Share of small cases without agreement that means: several answers are right.",
    )
    special_answers: int = Field(
        default=3,
        ge=2,
        description="Different answers to one case that count as without agreement.",
    )
    small_case_bytes: int = Field(default=4096, ge=1, description="What a small case is.")
    answer_givers: int = Field(
        default=3, ge=1, description="References whose outputs are tried as the answer to a case."
    )
    checker_cpu_s: float = Field(default=10.0, gt=0, description="CPU seconds of a checker.")
    checker_memory_mb: int = Field(default=512, ge=16, description="… and its MiB.")
    checker_cases: int = Field(
        default=12, ge=1, description="Small cases that a checker is tested with."
    )
    checker_references_share: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description="References all of whose outputs to these a checker must accept.",
    )
    checker_layouts_share: float = Field(
        default=0.9, ge=0, le=1, description="Right outputs with other blanks that it must accept."
    )
    checker_rejects_share: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="Hopeless outputs (empty, garbage) that it must reject.",
    )
    checker_doubtful_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Outputs with a word more or less, and outputs with other words, that it must reject.",
    )
    checker_wrong_share: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Wrong solutions of the half `tune` of which it must reject some output.",
    )

    # Inputs
    validate_inputs: bool = Field(default=True, description="Ask a validator about each input.")
    validator_rejects_share: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="Of samples with garbage, and of those with numbers beyond all bounds, this share "
        "must be rejected by a validator.",
    )
    validator_form_share: float = Field(
        default=0.5, ge=0, le=1, description="… with wrong counts, and with wrong lines."
    )
    validator_blanks_share: float = Field(
        default=0.5, ge=0, le=1, description="… with superfluous or missing blanks and line ends."
    )
    validator_edges_share: float = Field(
        default=0.4, ge=0, le=1, description="… with numbers just beyond the statement's bounds."
    )
    legal_share: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="A model is shown the illegal cases of its script if fewer than this are legal.",
    )
    deduplicate: bool = Field(default=True, description="Drop inputs that are the same.")
    most_cases: int = Field(
        default=150, ge=1, description="Cases that are put to the vote, of all kinds in turns."
    )
    bucket_cases: int = Field(
        default=25, ge=1, description="Cases of one generator and one class of sizes that are kept."
    )

    neighbours: int = Field(
        default=40, ge=0, description="Small changes of small cases that are tried as cases."
    )

    neighbour_bytes: int = Field(default=512, ge=1, description="What is small for that.")
    bucket_sizes: tuple[int, ...] = Field(
        default=(16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144),
        description="Bytes at which another class of sizes begins.",
    )
    validator_cpu_s: float = Field(default=10.0, gt=0, description="CPU seconds of a validator.")
    validator_memory_mb: int = Field(default=1024, ge=16, description="… and its MiB.")

    # Vote
    arbitrate: bool = Field(
        default=True, description="Ask more references where two answers have voters."
    )
    contested_votes: int = Field(
        default=2, ge=1, description="Votes of the second answer that make a case contested."
    )
    settled_ratio: float = Field(
        default=3,
        ge=1,
        description="It is settled where the answer has so many votes for each of the second one's.",
    )
    strict_votes: bool = Field(
        default=True, description="A contested case must be settled or goes."
    )

    # Wrong solutions
    hack_rounds: int = Field(
        default=3, ge=0, description="Searches for cases that break survivors."
    )
    hack_cases: int = Field(default=100, ge=1, description="Candidates of one round.")
    hack_survivor_cases: int = Field(
        default=3, ge=1, description="… of these that are put to the vote for one survivor."
    )
    hack_neighbours_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="… that are neighbours of small cases, if there are so many.",
    )
    enough_timeouts: int = Field(
        default=2,
        ge=1,
        description="Cases that run out of time after which a wrong solution is known.",
    )
    minimise: bool = Field(default=True, description="Choose a small core set.")
    core_spare: int = Field(
        default=2, ge=1, description="Core cases that reject each wrong solution."
    )

    core_least: int = Field(default=10, ge=1, description="Tests that the core has at least.")

    # Written by a model
    model: str = Field(default="", description="The model that writes generators; empty: none.")
    repair_rounds: int = Field(
        default=2, ge=0, description="Times that a model is shown its error."
    )
    model_calls: int = Field(default=20, ge=0, description="Calls for one problem at most.")
    model_tokens: int = Field(default=200_000, ge=0, description="Tokens for one problem at most.")
    reply_tokens: int = Field(default=4096, ge=1, description="Tokens of one reply at most.")
    shown_survivors: int = Field(
        default=3, ge=1, description="Wrong solutions that a model is shown at once."
    )
    shown_code_chars: int = Field(default=6000, ge=1, description="… and so much of each.")
    shown_message_chars: int = Field(
        default=1500, ge=1, description="Of an error, or of an illegal input, that it is shown."
    )
    temperature: float = Field(default=0.7, ge=0, le=2, description="Of the model.")

    # Export
    inline_bytes: int = Field(
        default=64 << 10,
        ge=0,
        description="Larger inputs are exported as generator, seed and hash.",
    )


KIMI: dict[str, Any] = {
    "preset": "kimi",
    "qualify": False,
    "generators": 1,
    "special_judges": False,
    "ladder": False,
    "validate_inputs": False,
    "neighbours": 0,
    "least_valid_share": 0.0,
    "deduplicate": False,
    "arbitrate": False,
    "strict_votes": False,
    "demote_share": 1.0,
    "hack_rounds": 0,
    "minimise": False,
}
"""The report's pipeline: a generator, a vote, a gate, and nothing else."""

PRESETS: dict[Preset, dict[str, Any]] = {"kimi": KIMI, "full": {"preset": "full"}}


def settings_for(preset: Preset, changes: dict[str, Any]) -> Settings:
    """The settings of a preset with some of them changed.

    Raises:
        DataError: one of them is unknown or has no such value.
    """
    try:
        return Settings(**{**PRESETS[preset], **changes})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise DataError(f"setting {name}: {first['msg']}; `testgen settings` lists them") from None
