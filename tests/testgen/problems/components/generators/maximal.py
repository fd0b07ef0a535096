from cyaron import *

n = 5000
chain = [(v, v + 1) for v in range(1, n)]
tables = [
    chain,
    [(b, a) for a, b in reversed(chain)],
    [(1, v) for v in range(1, n + 1)],
    [(v, v) for v in range(1, n + 1)] * 2,
    [(randint(1, n), randint(1, n)) for _ in range(10000)],
    [(randint(1, n), randint(1, n)) for _ in range(2500)],
    [],
    [(v, n + 1 - v) for v in range(1, n + 1)] + chain[:2499],
]
for i, table in enumerate(tables, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(table))
        for row in table:
            io.input_writeln(row)
