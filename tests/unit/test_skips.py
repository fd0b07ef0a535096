from pathlib import Path

import pytest

from tests import skips
from tests.conftest import TESTS, markers_of

pytest_plugins = ["pytester"]

SKIPPED_TEST = "import pytest\ndef test_x():\n    pytest.skip('no such thing here')\n"
SKIPPED_FILE = "import pytest\npytest.skip('no such thing here', allow_module_level=True)\n"
SKIPPED_BY_MARK = (
    "import pytest\n@pytest.mark.skip(reason='no such thing here')\ndef test_x(): pass\n"
)
SKIPS = {"in a test": SKIPPED_TEST, "of a file": SKIPPED_FILE, "by mark": SKIPPED_BY_MARK}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_x(): assert False\n"
PRIVILEGED = "import pytest\n@pytest.mark.privileged\ndef test_x(): pass\n"


@pytest.fixture
def allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The list of allowed reasons that the made-up suite uses; empty."""
    path = tmp_path / "allowed.txt"
    path.touch()
    monkeypatch.setattr(skips, "ALLOWED", path)
    return path


@pytest.fixture
def suite(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, allowed: Path
) -> pytest.Pytester:
    """A made-up test suite that uses the plugin, and no other: importing those takes long."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest("pytest_plugins = ['tests.skips']")
    pytester.makeini("[pytest]\nmarkers = privileged: needs root\n")
    return pytester


def outcomes(suite: pytest.Pytester, source: str) -> dict[str, int]:
    suite.makepyfile(source)
    return suite.runpytest_inprocess("-p", "no:cacheprovider").parseoutcomes()


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS.keys())
@pytest.mark.parametrize("value", ["", "0", None])
def test_a_skip_is_a_skip_where_nothing_is_promised(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str, value: str | None
):
    if value is None:
        monkeypatch.delenv(skips.MUST_WORK, raising=False)
    else:
        monkeypatch.setenv(skips.MUST_WORK, value)
    assert {"skipped": 1} == outcomes(suite, source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (SKIPPED_TEST, {"failed": 1}),
        (SKIPPED_BY_MARK, {"errors": 1}),
        (SKIPPED_FILE, {"errors": 1}),
        (EXPECTED_FAILURE, {"xfailed": 1}),
        ("def test_x(): pass", {"passed": 1}),
    ],
    ids=["in a test", "by mark", "of a file", "expected failure", "passes"],
)
def test_a_skip_is_a_failure_where_all_tests_must_work(
    suite: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    expected: dict[str, int],
):
    monkeypatch.setenv(skips.MUST_WORK, "1")
    assert expected == outcomes(suite, source)


def test_the_failure_names_the_reason_and_the_mend(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(skips.MUST_WORK, "1")
    suite.makepyfile(SKIPPED_TEST)
    output = suite.runpytest_inprocess("-p", "no:cacheprovider").stdout
    output.fnmatch_lines(["*was skipped: no such thing here", "*allowed.txt*"])


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS.keys())
def test_an_allowed_reason_stays_a_skip(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, allowed: Path, source: str
):
    monkeypatch.setenv(skips.MUST_WORK, "1")
    allowed.write_text("# Nobody has it.\nno such thing.*\n", encoding="utf-8")
    assert {"skipped": 1} == outcomes(suite, source)


@pytest.mark.parametrize(
    ("root", "promise", "expected"),
    [
        (True, "1", {"passed": 1}),
        (False, "1", {"errors": 1}),
        (False, "0", {"skipped": 1}),
    ],
)
def test_a_privileged_test_runs_as_real_root_only(
    suite: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    root: bool,
    promise: str,
    expected: dict[str, int],
):
    monkeypatch.setattr(skips, "is_real_root", lambda: root)
    monkeypatch.setenv(skips.MUST_WORK, promise)
    assert expected == outcomes(suite, PRIVILEGED)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("no data", True), ("no data at all", False), ("really no data", False), ("", False)],
)
def test_the_whole_reason_must_match(reason: str, expected: bool):
    allowed = skips.parse_allowed("# The data is large.\nno data\n")
    assert expected == skips.is_allowed(reason, allowed)


@pytest.mark.parametrize("text", ["no data\n", "# why\n\nno data\n", "# why\nno data\nno disk\n"])
def test_a_reason_without_a_comment_above_it_is_refused(text: str):
    with pytest.raises(ValueError, match="comment above"):
        skips.parse_allowed(text)


def test_the_list_of_this_project_is_well_formed():
    real = Path(skips.__file__).with_name("allowed_skips.txt")
    assert len(skips.parse_allowed(real.read_text(encoding="utf-8"))) >= 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("privileged/test_slot.py", ("privileged",)),
        ("privileged/deep/test_slot.py", ("privileged",)),
        ("attacks/test_escape.py", ("attacks", "privileged")),
        ("service/test_run.py", ("service",)),
        ("unit/test_limits.py", ()),
    ],
)
def test_the_folder_says_the_markers(path: str, expected: tuple[str, ...]):
    assert expected == markers_of(TESTS / path)
