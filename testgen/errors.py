"""What can go wrong that is nobody's program's fault."""


class TestgenError(Exception):
    """All that this package raises on purpose; the message says what to do."""

    __test__ = False  # pytest takes it for a test class otherwise


class DataError(TestgenError):
    """A problem, a setting or a folder of results is not what it must be."""


class Fault(TestgenError):
    """The sandbox or the model's endpoint failed: nothing is known about the program."""
