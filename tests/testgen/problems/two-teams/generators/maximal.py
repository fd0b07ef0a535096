from cyaron import *

n = 3000
ring = [(v, v % n + 1) for v in range(1, n + 1)]
odd = [(v, v % (n - 1) + 1) for v in range(1, n)]
halves = [(randint(1, 1500), randint(1501, 3000)) for _ in range(6000)]
path = [(v, v + 1) for v in range(1, n)]
loops = [(n, n)]
for i, rows in enumerate([ring, odd, halves, halves[:5999] + [(1, 2)], path, path + loops, []], 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(rows))
        for row in rows:
            io.input_writeln(row)
