"""A problem of MultiPL-E in each of its languages: double a number. Programs have the form that its files have.

For each language: the prompt, the completions with the status that each must get (right, wrong, no program at
all), and the tests.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A problem, and completions with their statuses."""

    prompt: str
    completions: dict[str, str]
    tests: str


def _braces(prompt: str, tests: str, wrong: str = "Exception", end: str = "") -> Sample:
    """For languages that write it as ``return 2*n;`` or nearly so."""
    return Sample(
        prompt,
        {
            f"    return 2*n{end}\n": "OK",
            f"    return n{end}\n": wrong,
            f"    return 2*{end}\n": "SyntaxError",
        },
        tests,
    )


_NODE_TESTS = """}}
{declare}const assert = require('node:assert');

function test() {{
  let candidate = double;
  assert.deepEqual(candidate(3),6);
}}

test();"""
_GO_TESTS = """}
func TestDouble(t *testing.T) {
  candidate := double
  type test struct {
    actual   interface{}
    expected interface{}
  }
  tests := []test{
     { actual: candidate(3), expected: 6 },
  }
  for i, tc := range tests {
    t.Run(fmt.Sprintf("test num % d", i), func(t *testing.T) {
      if fmt.Sprintf("%v", tc.actual) != fmt.Sprintf("%v", tc.expected) {
        t.Errorf("expected '%s', got '%s'", tc.expected, tc.actual)
      }
    })
  }
}
"""
_ADA_TESTS = """end Placeholder;

pragma Ada_2022;
with Placeholder; use Placeholder;

procedure Main is
    function Candidate (N : Integer) return Integer renames Placeholder.Twice;
begin
    pragma Assert (Candidate (3) = 6);
end Main;
"""
_ADA_PROMPT = """pragma Ada_2022;

package Placeholder is
    function Twice (N : Integer) return Integer;
end Placeholder;

package body Placeholder is
    function Twice (N : Integer) return Integer is
"""
_ELIXIR_TESTS = """  end
end
ExUnit.start()

defmodule HumanEvalTest do
  use ExUnit.Case, async: true
  test ~c"double" do
    candidate = &HumanEval.candidate/1
    assert 6 == candidate.(3)
  end
end
"""
_KOTLIN_TESTS = """}

fun main() {
    var arg00 : Long = 3
    var x0 : Long = double(arg00);
    var v0 : Long = 6;
    if (x0 != v0) {
        throw Exception("Exception -- test case 0 did not pass. x0 = " + x0)
    }
}
"""

SAMPLES = {
    "py": Sample(
        "def double(n: int) -> int:\n",
        {"    return 2*n\n": "OK", "    return n\n": "Exception", "    return 2*\n": "SyntaxError"},
        "def check(candidate):\n    assert candidate(3) == 6\n\ndef test_check():\n    check(double)\n\ntest_check()\n",
    ),
    "sh": Sample(
        "#!/bin/bash\ndouble() {\n",
        {"    echo $((2 * $1))\n": "OK", "    echo $1\n": "Exception", "    if then\n": "SyntaxError"},
        '}\n\ncandidate() {\n    double "$@"\n}\n\nset -e\nrun_test() {\n    [[ $(candidate "3") = "6" ]]\n}\n\nrun_test\n',
    ),
    "cpp": _braces(
        "#include<assert.h>\n#include<bits/stdc++.h>\nlong twice(long n) {\n",
        "}\nint main() {\n    auto candidate = twice;\n    assert(candidate((3)) == (6));\n}\n",
        end=";",
    ),
    "cs": _braces(
        "using System;\nusing System.Diagnostics;\nclass Problem {\n    public static long Twice(long n) {\n",
        "    }\n    public static void Main(string[] args) {\n    Debug.Assert(Twice((3L)) == (6L));\n    }\n\n}\n",
        end=";",
    ),
    "d": _braces(
        "import std.math;\nimport std.typecons;\nlong twice(long n) {\n",
        "}\nunittest\n{\n    alias candidate = twice;\n\n    assert(candidate(3L) == 6L);\n}\nvoid main(){}\n",
        end=";",
    ),
    "go_test.go": _braces(
        'package double_test\n\nimport (\n    "testing"\n    "fmt"\n)\n\nfunc double(n int) int {\n', _GO_TESTS
    ),
    "hs": Sample(
        "twice :: Int -> Int\ntwice n =",
        {" 2*n\n": "OK", " n\n": "SyntaxError", " 2*\n": "SyntaxError"},
        'main :: IO ()\nmain = if twice 3 == 6 then return () else error "wrong"\n',
    ),
    "java": _braces(
        "import java.util.*;\nimport org.javatuples.*;\nclass Problem {\n    public static long twice(long n) {\n",
        "    }\n    public static void main(String[] args) {\n    assert(twice((3l)) == (6l));\n    }\n\n}\n",
        end=";",
    ),
    "js": _braces(
        "function double(n){\n", _NODE_TESTS.format(declare=""), wrong="AssertionError", end=";"
    ),
    "kt": _braces("fun double(n : Long) : Long {\n", _KOTLIN_TESTS),
    "lua": Sample(
        "local function double(n)\n",
        {"    return 2*n\nend\n": "OK", "    return n\nend\n": "Exception", "    return 2*\nend\n": "Exception"},
        "lu = require('luaunit')\n\nfunction test_humaneval()\nlocal candidate = double\n"
        "    lu.assertEquals(candidate(3), 6)\nend\n\nos.exit(lu.LuaUnit.run())",
    ),
    "ml": Sample(
        "let rec double (n : int) : int = ",
        {"2*n\n": "OK", "n\n": "AssertionError", "2*\n": "SyntaxError"},
        ";;\n\nlet assertions = let candidate = double in\n  assert ((candidate 3) = 6);\n  ()\n\nlet () = assertions\n",
    ),
    "php": Sample(
        "<?php\nfunction double($n) {\n",
        {"    return 2*$n;\n": "OK", "    return $n;\n": "Exception"},
        '}\n\nfunction candidate(...$args) {\n    return double(...$args);\n}\n\nfunction test(): void {\n'
        '    if (candidate(3) !== 6) { throw new Exception("Test failed!"); }\n}\n\ntest();',
    ),
    "pl": Sample(
        "sub double {\n    my($n) = @_;\n",
        {"    return 2*$n;\n": "OK", "    return $n;\n": "Exception", "    return 2*;\n": "Exception"},
        "}\nuse Test::Deep;\n\n\nsub testhumaneval {\n    my $candidate = \\&double;\n"
        '        if(eq_deeply($candidate->(3),6)) {\n        print "ok!" }else{\n        exit 1;\n        }\n}\n\n'
        "testhumaneval();",
    ),
    "r": Sample(
        "double <- function(n) {\n",
        {"    2*n\n": "OK", "    n\n": "Exception", "    2* }}\n": "SyntaxError"},
        "}\ntest_humaneval <- function() {\ncandidate <- double\n"
        "    if(!identical(candidate(3), 6)){quit('no', 1)}\n}\ntest_humaneval()",
    ),
    "rb": Sample(
        "def double(n)\n",
        {"    2*n\nend\n": "OK", "    n\nend\n": "Exception", "    2*)\nend\n": "SyntaxError"},
        "require 'test/unit'\nclass TestHumanEval < Test::Unit::TestCase\n  def test_double\n"
        "    candidate = method(:double)\n    assert_equal(6, candidate.call(3))\n  end\nend\n",
    ),
    "rkt": Sample(
        "#lang racket\n(define (double n)\n",
        {"    (* 2 n))\n": "OK", "    n)\n": "Exception", "    (* 2 n)\n": "SyntaxError"},
        "(require rackunit)\n\n(define (test-humaneval) \n\n  (let (( candidate double))\n"
        "    (check-within (candidate 3) 6 0.001)\n))\n\n(test-humaneval)",
    ),
    "rs": _braces(
        "fn double(n: isize) -> isize {\n",
        "}\n\nfn main() {\n    let candidate = double;\n    assert_eq!(candidate(3), 6);\n}\n",
    ),
    "scala": Sample(
        "import scala.math._\nobject Problem {\n    def twice(n : Long) : Long = {\n",
        {"        2*n\n": "OK", "        n\n": "Exception", "        2*\n": "SyntaxError"},
        "    }\n    def main(args: Array[String]) = {\n    assert(twice((3l)) == (6l));\n    }\n\n}\n",
    ),
    "swift": _braces("\nfunc double(n: Int) -> Int {\n", "}\n\nassert(double(n: 3) == 6)"),
    "ts": _braces(
        "function double(n: number): number {\n",
        _NODE_TESTS.format(declare="declare var require: any;\n"),
        wrong="AssertionError",
        end=";",
    ),
    "adb": Sample(
        _ADA_PROMPT,
        {
            "    begin\n        return 2 * N;\n    end Twice;\n": "OK",
            "    begin\n        return N;\n    end Twice;\n": "Exception",
            "    begin\n        return 2 *;\n    end Twice;\n": "SyntaxError (gnatmake)",
        },
        _ADA_TESTS,
    ),
    "clj": Sample(
        "(defn double-it [n]\n",
        {"  (* 2 n))\n": "OK", "  n)\n": "Exception", "  (* 2 n\n": "Exception"},
        "(require '[clojure.test :refer [deftest is run-test]])\n\n(deftest test-humaneval\n\n"
        "  (is (= 6 (double-it 3)))\n)\n\n(run-test test-humaneval)",
    ),
    "elixir": Sample(
        "defmodule HumanEval do\n  def candidate(n) do\n",
        {"    2*n\n": "OK", "    n\n": "AssertionError", "    2*\n": "SyntaxError"},
        _ELIXIR_TESTS,
    ),
    "coq": Sample(
        "Definition twice (n : nat) : nat :=\n",
        {"  2 * n.\n": "OK", "  n.\n": "AssertionError", "  2 * .\n": "SyntaxError"},
        "Example test1: twice 3 = 6.\nProof. reflexivity. Qed.\n",
    ),
}  # fmt: skip
