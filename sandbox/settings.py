"""All settings of the service, in one place.

Environment variables with the prefix SANDBOX_ set them, and so does the file that SANDBOX_CONFIG names:
there a setting has the variable's name without the prefix, in small letters. The environment goes first.
"""

import hashlib
import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from sandbox.config_file import read_config

PREFIX = "SANDBOX_"
# Values are not quoted when they are wrong: one of them is a password.
_STRICT = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _WithFile(BaseSettings):
    """Settings that the file may set, too."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What goes before what. Raises ConfigError."""
        values = read_config(known := variables())
        own = {
            field: values[name]
            for name, (owner, field) in known.items()
            if owner is settings_cls and name in values
        }
        return init_settings, env_settings, InitSettingsSource(settings_cls, own)


class MaximumLimits(_WithFile):
    """The most that a request may ask for; more is refused with 422. Prefix: SANDBOX_MAX_."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_MAX_", **_STRICT)

    cpu_time_s: float = Field(
        default=300, gt=0, description="CPU seconds that a request may ask for."
    )
    wall_time_s: float = Field(default=900, gt=0, description="… wall seconds.")
    memory_mb: int = Field(default=4096, ge=64, description="… MiB of memory.")
    pids: int = Field(default=512, ge=8, description="… processes and threads.")
    disk_mb: int = Field(default=1024, ge=16, description="… MiB of disk.")
    output_kb: int = Field(default=16_384, ge=64, description="… KiB of output.")
    open_files: int = Field(default=4096, ge=64, description="… descriptors.")


class Settings(_WithFile):
    """How this machine serves. Prefix: SANDBOX_."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", **_STRICT)

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port; 0 takes a free one.")
    workers: int = Field(default=1, ge=1, le=64, description="Worker processes.")
    slots: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        ge=1,
        le=1024,
        description="Runs at once in each worker; by default one a core.",
    )
    cpu_grace: float = Field(
        default=0.0,
        ge=0,
        le=4,
        description="Share of its CPU limit that a run may go beyond it before it is ended; what ends "
        "in between is measured again, alone.",
    )
    pin_cores: bool = Field(default=True, description="Bind each slot to a core.")
    runs_per_container: int = Field(
        default=1000, ge=1, description="Runs after which a container is replaced; 1: always fresh."
    )
    canary_s: float = Field(
        default=2.0,
        ge=0,
        description="Seconds between two looks whether images in memory are intact; 0: never.",
    )
    queue: SecretStr | None = Field(
        default=None,
        description="Redis that holds the queue, such as redis://HOST:6379/0; without it the queue is in "
        "the API's memory.",
    )
    callers_file: Path | None = Field(
        default=None,
        description="TOML file of callers and the digests of their keys; without it everybody may call.",
    )
    queue_wait_s: float = Field(
        default=900,
        gt=0,
        description="Seconds that a run may wait; then it is not run but IE (expired).",
    )
    queue_size: int = Field(default=4096, ge=1, description="Runs that may wait; then 503.")
    queue_bytes: int = Field(
        default=1 << 30, ge=1 << 20, description="… and the bytes that they may take together."
    )
    max_body_bytes: int = Field(default=72 << 20, ge=1024, description="Largest request body.")
    bodies_bytes: int = Field(
        default=512 << 20,
        ge=1024,
        description="Bodies that are read, parsed, or wait as lines of a batch, all together; then 503, or "
        "429 for a caller that has half of it. The API takes about three times as much.",
    )
    body_s: float = Field(
        default=120, gt=0, description="Seconds that a body may take until it is here; then 408."
    )
    max_artifact_bytes: int = Field(
        default=16 << 20, ge=0, description="Collected files of one request, all together."
    )
    max_result_bytes: int = Field(
        default=64 << 20,
        ge=1 << 20,
        description="Output that is sent back of one request; what is beyond is judged, not sent.",
    )
    compile_cache_bytes: int = Field(
        default=256 << 20,
        ge=0,
        description="Compiled programs that each worker keeps for the same sources; 0 keeps none.",
    )
    archives_kept_bytes: int = Field(
        default=512 << 20, ge=0, description="Uploaded archives that are kept of each caller."
    )
    results_kept: int = Field(default=10_000, ge=1, description="Finished runs kept for GET.")
    results_kept_bytes: int = Field(default=256 << 20, ge=0, description="… and their size.")
    results_kept_s: float = Field(default=3600, gt=0, description="… and for how long.")
    log_format: Literal["text", "json"] = Field(
        default="text", description="The log: text for people, or json, an object a line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged; debug has two lines for every run."
    )
    drain_s: float = Field(
        default=60, ge=0, description="Seconds that accepted runs have to finish after SIGTERM."
    )
    api_uid: int = Field(
        default=64_999,
        ge=1,
        description="User and group id of the API process when started as root.",
    )
    first_uid: int = Field(
        default=0x7000_0000,
        ge=65_536,
        le=0x7FFE_0000,
        description="User ids from here on are the slots', 65,536 each.",
    )
    state_dir: Path = Field(default=Path("/var/lib/sandbox"), description="Images and init.")
    run_dir: Path = Field(default=Path("/run/sandbox"), description="Sockets and slots.")
    crun: str = Field(default="crun", description="The crun binary.")
    runsc: str = Field(
        default="",
        description="The command of gVisor's runsc, with flags if it needs any, as a second wall around "
        "each program; empty: none.",
    )
    maximum: MaximumLimits = Field(default_factory=MaximumLimits)

    @model_validator(mode="after")
    def _user_ids_suffice(self) -> Self:
        last = self.first_uid + self.workers * self.all_slots * 65_536
        if last > 2**31:
            raise ValueError(
                f"{self.workers} workers of {self.all_slots} slots need user ids up to {last}"
            )
        return self

    @field_validator("queue")
    @classmethod
    def _queue_is_redis(cls, url: SecretStr | None) -> SecretStr | None:
        schemes = ("redis://", "rediss://", "unix://")
        if url is not None and not url.get_secret_value().startswith(schemes):
            raise ValueError(f"an address begins with one of {', '.join(schemes)}")
        return url

    @property
    def all_slots(self) -> int:
        """Slots of a worker: those of its jobs, and as many for checkers and interactors."""
        return 2 * self.slots

    @property
    def images_dir(self) -> Path:
        """Where built images lie."""
        return self.state_dir / "images"

    @property
    def queue_url(self) -> str:
        """Where Redis is, with its password."""
        return "" if self.queue is None else self.queue.get_secret_value()

    @property
    def queue_socket(self) -> Path:
        """Where workers find the queue."""
        return self.run_dir / "queue.sock"

    @property
    def instance(self) -> str:
        """Tells services of one machine apart, for names that they would share otherwise."""
        return hashlib.sha256(str(self.run_dir.resolve()).encode()).hexdigest()[:8]


def variables() -> dict[str, tuple[type[BaseSettings], str]]:
    """All settings by their names in the file, each with its class and field."""
    found: dict[str, tuple[type[BaseSettings], str]] = {}
    for kind in (Settings, MaximumLimits):
        prefix = str(kind.model_config["env_prefix"]).removeprefix(PREFIX).lower()
        for field in kind.model_fields:
            if field != "maximum":
                found[prefix + field] = (kind, field)
    return found
