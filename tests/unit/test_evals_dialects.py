"""MultiPL-E's statuses: what each of its languages calls a program that ended so and so."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.evals.dialects import DIALECTS, KEPT_BYTES, Ending, dialect, ending_of, judge, status
from sandbox.models import RunResult, Verdict
from tests.fake_service import done, step

# Language, exit code, stdout, stderr → status.
CASES = [
    ("py", 0, "", "SyntaxError", "OK"),
    ("py", 1, "", "  x =\nSyntaxError: invalid syntax", "SyntaxError"),
    ("py", 1, "SyntaxError", "AssertionError", "Exception"),
    ("notypes.py", 1, "", "AssertionError", "Exception"),
    ("sh", 2, "", "line 3: syntax error near", "SyntaxError"),
    ("sh", 1, "", "oops", "Exception"),
    ("cpp", -6, "", "Assertion failed", "Exception"),
    ("rs", 101, "", "panicked", "Exception"),
    ("swift", -4, "", "", "Exception"),
    ("java", 1, "", "AssertionError", "Exception"),
    ("kt", 1, "", "", "Exception"),
    ("scala", 0, "", "", "OK"),
    ("scala", 0, "", "warning", "Exception"),
    ("cs", 0, "", "", "OK"),
    ("cs", 3, "", "", "OK"),
    ("cs", 0, "", "at System.Diagnostics.DefaultTraceListener.Fail (", "Exception"),
    ("cs", 0, "", "Unhandled Exception:", "Exception"),
    ("go_test.go", 0, "ok", "", "OK"),
    ("go_test.go", 1, "--- FAIL: TestX\nFAIL", "", "Exception"),
    ("go_test.go", 1, "FAIL x [build failed]\nFAIL", "", "SyntaxError"),
    ("go", 1, "FAIL x [setup failed]", "", "SyntaxError"),
    ("go", 2, "", "panic:", "Exception"),
    ("go", 0, "--- FAIL: TestX", "", "Exception"),
    ("js", 1, "", "code: 'ERR_ASSERTION' SyntaxError", "AssertionError"),
    ("js", 1, "", "SyntaxError: Unexpected token", "SyntaxError"),
    ("js", 1, "", "ReferenceError: x is not defined", "ReferenceError"),
    ("ts", 1, "", "TypeError", "Exception"),
    ("php", 0, "ok", "", "OK"),
    ("php", 255, "PHP Parse error:  syntax error", "", "SyntaxError"),
    ("php", 255, "", "PHP Fatal error", "Exception"),
    ("pl", 0, "", "", "OK"),
    ("pl", 0, "ERROR - test failed", "", "Exception"),
    ("pl", 0, "", "ERROR", "Exception"),
    ("r", 1, "", "Error: unexpected symbol in", "SyntaxError"),
    ("r", 1, "", "Error: quit", "Exception"),
    ("rb", 1, "1 failed", "", "Exception"),
    ("rb", 1, "", "x.rb:1: syntax error", "SyntaxError"),
    ("rb", 0, "", "warning", "OK"),
    ("rkt", 0, "", "", "OK"),
    ("rkt", 0, "", "FAILURE", "Exception"),
    ("rkt", 1, "", "x.rkt:3: read-syntax: expected", "SyntaxError"),
    ("racket", 1, "", "", "Exception"),
    ("lua", 1, "", "LuaUnit", "Exception"),
    ("ml", 2, "", 'Exception: Assert_failure ("x", 1, 2).', "AssertionError"),
    ("ml", 2, "", "Error: Syntax error", "SyntaxError"),
    ("hs", 1, "", "Assertion", "SyntaxError"),
    ("d", 1, "", "x.d(3): Error: found", "SyntaxError"),
    ("d", 1, "", "core.exception.AssertError", "Exception"),
    ("adb", 1, "", "ADA.ASSERTIONS.ASSERTION_ERROR", "Exception"),
    ("clj", 0, "Ran 1 tests\n0 failures, 0 errors.\n", "", "OK"),
    ("clj", 0, "Ran 1 tests\n1 failures, 0 errors.\n", "", "Exception"),
    ("clj", 0, "Ran 1 tests\n10 failures, 0 errors.\n", "", "Exception"),
    ("jl", 1, "", "", "Exception"),
    ("jl", 1, "", "ERROR: LoadError: AssertionError", "SyntaxError"),
    ("elixir", 1, "Assertion with == failed", "", "AssertionError"),
    ("elixir", 1, "", "** (SyntaxError)", "SyntaxError"),
    ("coq", 1, "", "Unable to unify", "AssertionError"),
    ("coq", 1, "", "Error", "SyntaxError"),
]
TIMEOUTS = dict.fromkeys(DIALECTS, "Timeout") | {"php": "Exception", "rkt": "Exception"}
NOT_COMPILED = {
    **dict.fromkeys(["cpp", "cs", "go", "java", "kt", "rs", "scala", "swift", "ts"], "SyntaxError"),
    "adb": "SyntaxError (gnatmake)",
    "d": "SyntaxError",
    "hs": "SyntaxError",
}
CLEAN = "\n0 failures, 0 errors.\n"
endings = st.builds(
    Ending,
    exit_code=st.integers(-64, 255),
    timed_out=st.just(False),
    stdout=st.sampled_from(["", "FAIL", "ERROR", CLEAN]) | st.text(max_size=9),
    stderr=st.sampled_from(["", "Error:", "SyntaxError", "read-syntax"]) | st.text(max_size=9),
)


@pytest.mark.parametrize(("language", "exit_code", "stdout", "stderr", "expected"), CASES)
def test_each_language_has_its_own_rule(
    language: str, exit_code: int, stdout: str, stderr: str, expected: str
):
    rules = dialect(language)
    assert rules is not None
    assert status(rules, Ending(exit_code, False, stdout, stderr)) == expected


@pytest.mark.parametrize("language", DIALECTS)
def test_a_program_that_is_too_slow_is_never_right(language: str):
    result = done(Verdict.TLE, run=step(Verdict.TLE, stdout=CLEAN))
    judged = judge(DIALECTS[language], result)
    assert (judged.status, judged.ending.exit_code) == (TIMEOUTS[language], -1)


@pytest.mark.parametrize("language", NOT_COMPILED)
def test_a_program_that_does_not_compile_has_its_status(language: str):
    compiled = step(Verdict.CE, exit_code=1, stderr="main: Error: no such type")
    judged = judge(DIALECTS[language], done(Verdict.CE, compile=compiled))
    assert (judged.status, judged.ending.exit_code) == (NOT_COMPILED[language], 1)
    assert "no such type" in judged.ending.stderr


@pytest.mark.parametrize("exit_code", [0, 1, None])
@pytest.mark.parametrize("language", DIALECTS)
def test_what_does_not_compile_is_never_right(language: str, exit_code: int | None):
    good = CLEAN
    for verdict in (Verdict.CE, Verdict.TLE, Verdict.RE):
        compiled = step(verdict, exit_code=exit_code, stdout=good)
        judged = judge(DIALECTS[language], done(Verdict.CE, compile=compiled))
        assert judged.status != "OK"


@pytest.mark.parametrize("verdict", [Verdict.MLE, Verdict.OLE])
@pytest.mark.parametrize("language", DIALECTS)
def test_what_the_service_ended_is_never_right(language: str, verdict: Verdict):
    good = CLEAN
    judged = judge(DIALECTS[language], done(verdict, run=step(verdict, signal=9, stdout=good)))
    assert judged.status != "OK"
    assert judged.ending.exit_code == -9


@given(st.sampled_from(sorted(DIALECTS)), endings)
def test_a_failed_exit_is_right_only_where_exits_do_not_count(language: str, ending: Ending):
    rules = DIALECTS[language]
    found = status(rules, ending)
    assert found in {"OK", rules.otherwise, *(meaning for _, meaning in rules.marks)}
    if ending.exit_code != 0 and not rules.any_exit:
        assert found != "OK"


@given(st.binary(max_size=3 * KEPT_BYTES))
def test_only_the_first_bytes_of_a_stream_count(data: bytes):
    text, encoded = data.decode(errors="replace"), base64.b64encode(data).decode()
    as_utf8 = data == text.encode()
    ran = step(Verdict.OK, stdout=text, stdout_base64=None if as_utf8 else encoded, exit_code=0)
    assert ending_of(ran).stdout == data[:KEPT_BYTES].decode(errors="ignore")


def test_every_language_looks_for_a_name_of_its_own():
    names = [name for rules in DIALECTS.values() for name in rules.names]
    assert len(names) == len(set(names))
    assert dialect("brainfuck") is None


def test_a_result_without_a_run_is_no_result():
    with pytest.raises(ValueError, match="without a run"):
        judge(DIALECTS["py"], RunResult(id="r_1", status="done", verdict=Verdict.OK))
