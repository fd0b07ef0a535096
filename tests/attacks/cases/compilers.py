"""Programs that attack their compiler, which runs in a slot like everything else."""

from typing import Any

from tests.attacks.attack import Attack

LITTLE: dict[str, Any] = {
    "compile_limits": {
        "cpu_time_s": 1,
        "wall_time_s": 5,
        "memory_mb": 256,
        "disk_mb": 64,
        "output_kb": 64,
    }
}
HONEST = "int main(void) { return 0; }\n"


def bomb(name: str, code: str, language: str = "c", **fields: Any) -> Attack:
    """A program that must not compile, and whose compiler must come to an end."""
    return Attack(name, code, "CE", language=language, fields={**LITTLE, **fields})


ATTACKS = [
    bomb("a device without end included", '#include "/dev/zero"\n' + HONEST),
    bomb("the standard input included", '#include "/dev/stdin"\n#error end\n'),
    bomb("a file that includes itself", '#include "main.c"\n' + HONEST),
    bomb("a device without end as data", '__asm__(".incbin \\"/dev/zero\\"");\n' + HONEST),
    bomb("files of the system included", '#include "/etc/shadow"\n' + HONEST),
    bomb("a program of 4 GiB", "char x[1ul << 32] = {1};\n" + HONEST),
    bomb("a program of 300 MiB, all of it data", '__asm__(".data\\n.fill 300000000, 1, 1");\n' + HONEST),
    bomb("errors without end", "x\n" * 200_000),
    bomb("macros that double", "#define A(x) x x\n" + "".join(
        f"#define {chr(66 + n)}(x) {chr(65 + n)}({chr(65 + n)}(x))\n" for n in range(5)) + "int y = F(+)0;\n"),
    bomb("templates in templates without end",
         "template <int N> struct A { typedef typename A<N + 1>::type type; };\nA<0>::type x;\nint main() {}\n",
         "cpp"),
    bomb("templates that double",
         "template <int N, int M> struct A { static const int v = A<N - 1, M>::v + A<N - 1, M * 2>::v; };\n"
         "template <int M> struct A<0, M> { static const int v = M; };\nint main() { return A<22, 1>::v; }\n",
         "cpp"),
    bomb("a constant that takes for ever",
         "constexpr long f(long n) { long s = 0; for (long i = 0; i < n; i++) s += i * i; return s; }\n"
         "static_assert(f(1L << 24) == 0);\nint main() {}\n", "cpp"),
    bomb("a compiler that is given another program to run",
         '#pragma GCC plugin "/box/x.so"\n#include "x.so"\n', files={"x.so": "#error no plugin\n"}),
    bomb("a flood of diagnostics", "#pragma GCC warning \"x\"\n" * 30_000 + "#error end\n"),
]  # fmt: skip
