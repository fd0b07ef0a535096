"""Text of strangers (names, messages) for a terminal: no markup, no control characters."""

from rich.text import Text


def plain(value: object) -> Text:
    """What is shown as it is; what cannot be shown is a blank."""
    return Text("".join(one if one.isprintable() else " " for one in str(value)))
