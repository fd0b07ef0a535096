from cyaron import *

# the dearer way is always tried first, and a long street behind it is then corrected again and again
for i in range(1, 5):
    k = 24 + i
    lines = []
    for j in range(k):
        v = 2 * j + 1
        lines += [(v, v + 2, 2 ** (k - j)), (v, v + 1, 0), (v + 1, v + 2, 0)]
    n = 500
    lines += [(v, v + 1, 0) for v in range(2 * k + 1, n)]
    with IO(file_prefix="a", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(lines))
        for a, b, c in lines:
            io.input_writeln(a, b, c)
