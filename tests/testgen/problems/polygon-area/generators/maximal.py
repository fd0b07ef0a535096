from cyaron import *

M = 10**9
square = [(-M, -M), (M, -M), (M, M), (-M, M)]
triangle = [(-M, -M), (M, -M + 1), (M - 1, M)]
side = [(-M + 4 * k, -M) for k in range(997)] + [(M, -M), (M, M - 1), (-M, M)]
comb = [(x * 1000, -M if x % 2 else M - x) for x in range(999)] + [(10**6, M)]
zigzag = [(k, k * k) for k in range(1000)]
for i, p in enumerate([square, square[::-1], triangle, side, comb, zigzag], 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(len(p))
        for corner in p:
            io.input_writeln(corner)
