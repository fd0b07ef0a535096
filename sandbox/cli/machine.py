"""``sandbox serve``, ``api``, ``worker``, ``check``, ``images``: what is done on this machine itself.

The modules behind them are heavy, so each is imported when its command is chosen.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer
from pydantic import ValidationError

from sandbox.cli import tables
from sandbox.cli.errors import CliError, ExitCode
from sandbox.client.wire import first_mistake

if TYPE_CHECKING:
    from sandbox.settings import Settings


def serve(part: str = "", **overrides: str | int | None) -> ExitCode:
    """Serve until a signal. Options that are None come from the environment.

    ``part`` is "api" or "worker" where one is served alone.

    Raises:
        CliError: a setting is wrong, or the service cannot start.
    """
    from sandbox.supervisor import Role, StartError, serve

    roles = {"api": Role.API, "worker": Role.WORKERS}.get(part, Role.API | Role.WORKERS)
    settings = _settings({name: value for name, value in overrides.items() if value is not None})
    try:
        serve(settings, roles)
    except StartError as error:
        raise CliError(str(error)) from error
    return ExitCode.GOOD


def _settings(given: dict[str, str | int]) -> Settings:
    from sandbox.config_file import ConfigError
    from sandbox.settings import Settings

    try:
        return Settings.model_validate(given)
    except ConfigError as error:
        raise CliError(str(error)) from error
    except ValidationError as error:
        where, what = first_mistake(error)
        raise CliError(f"setting {where}: {what}") from error


def key() -> ExitCode:
    """Print a new key, for its caller alone, and what the service needs to know it by."""
    secret = secrets.token_urlsafe(32)
    typer.echo(f"key:    {secret}")
    typer.echo(f"digest: {hashlib.sha256(secret.encode()).hexdigest()}")
    return ExitCode.GOOD


def check() -> ExitCode:
    """Say whether this machine can run the service, and what to do where it cannot."""
    from sandbox.worker.host import host_check

    findings = host_check(_settings({}))
    tables.console().print(tables.findings_table(findings))
    failed = any(finding.level == "FAIL" for finding in findings)
    return ExitCode.BAD if failed else ExitCode.GOOD


def images(arguments: Sequence[str]) -> int:
    """Hand the arguments on to the commands about images; returns their exit code."""
    from sandbox.worker.host import make_images_app

    app = make_images_app(_settings({}))
    code = app(list(arguments), prog_name="sandbox images", standalone_mode=False)
    return code if isinstance(code, int) else ExitCode.GOOD
