"""`testgen settings`."""

from rich.console import Console
from rich.table import Table

from testgen.service import Service
from testgen.settings import Preset, settings_for


def settings(preset: Preset) -> int:
    """Print all settings."""
    table = Table("setting", "value", "what it is", title=f"preset {preset}")
    for values in (settings_for(preset, {}), Service()):
        for name, field in type(values).model_fields.items():
            value = getattr(values, name)
            table.add_row(name, "-" if value == "" else str(value), field.description)
    Console().print(table)
    return 0
