"""Where the work is done, and how much of it at once. Environment variables TESTGEN_… change it."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Service(BaseSettings):
    """Where the work is done, and how much of it at once: nothing that a result depends on."""

    model_config = SettingsConfigDict(env_prefix="TESTGEN_", extra="forbid", frozen=True)

    runs_at_once: int = Field(default=8, ge=1, description="Requests that the service has at once.")
    problems_at_once: int = Field(
        default=4, ge=1, description="Problems that are worked on at once."
    )
    patience_s: float = Field(
        default=900.0, gt=0, description="How long a full or absent service is waited for."
    )
    fault_retries: int = Field(
        default=3, ge=0, description="Times that a fault of ours is tried again."
    )
    request_bytes: int = Field(default=24 << 20, ge=1 << 20, description="Inputs in one request.")
    request_tests: int = Field(default=64, ge=1, le=1000, description="Tests in one request.")
    output_bytes: int = Field(
        default=16 << 10, ge=0, description="Larger outputs lie on the disk, not in the memory."
    )
    slow_request_tests: int = Field(
        default=16, ge=1, description="… where many may run out of time."
    )
    model_calls_at_once: int = Field(default=8, ge=1, description="Calls of the model at once.")
    model_retries: int = Field(
        default=3, ge=0, description="Times that a call which failed is tried again."
    )
    model_url: str = Field(default="", description="The model's OpenAI-compatible endpoint.")
    model_key_variable: str = Field(
        default="OPENAI_API_KEY", description="The environment variable that holds its key."
    )
    model_timeout_s: float = Field(
        default=120.0, gt=0, description="Seconds that a reply may take."
    )
