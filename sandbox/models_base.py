"""The small parts that requests are made of: contents, paths, names, limits. Pydantic."""

import base64
import binascii
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
)

from sandbox.paths import check_path


class Strict(BaseModel):
    """What a caller sends: unknown fields are refused, types are strict."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class Base64(Strict):
    """Bytes that are not text, or need not be."""

    base64: str = Field(description="Standard base64 with padding.")

    @field_validator("base64")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"not valid base64: {error}") from error
        return value

    def decode(self) -> bytes:
        """The bytes."""
        return base64.b64decode(self.base64)


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start + 1} is a lone surrogate, no text") from None
    return value


def _no_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not hold NUL")
    return _encodable(value)


Text = Annotated[str, AfterValidator(_encodable)]
PlainText = Annotated[str, AfterValidator(_no_nul)]
Content = Annotated[
    Annotated[Text, Tag("text")] | Annotated[Base64, Tag("base64")],
    Discriminator(lambda value: "base64" if isinstance(value, dict | Base64) else "text"),
]
SafePath = Annotated[str, AfterValidator(check_path)]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=256)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_no_nul)]


def content_bytes(content: str | Base64) -> bytes:
    """The bytes of a content field; text is UTF-8."""
    return content.encode() if isinstance(content, str) else content.decode()


class Limits(Strict):
    """What a run may use. What is left out comes from the language; the server has maxima."""

    cpu_time_s: float | None = Field(
        default=None, gt=0, description="CPU seconds of all its processes."
    )
    wall_time_s: float | None = Field(
        default=None, gt=0, description="Elapsed seconds; by default max(3 * cpu, cpu + 2)."
    )
    memory_mb: int | None = Field(default=None, ge=4, description="MiB, files included.")
    pids: int | None = Field(default=None, ge=1, description="Processes and threads at once.")
    disk_mb: int | None = Field(default=None, ge=1, description="MiB that it may write.")
    output_kb: int | None = Field(default=None, ge=1, description="KiB of stdout, and of stderr.")
    open_files: int | None = Field(default=None, ge=16, description="Descriptors of one process.")
