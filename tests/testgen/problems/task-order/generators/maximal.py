from cyaron import *

n = 2000
down = [(v + 1, v) for v in range(1, n)]
up = [(v, v + 1) for v in range(1, n)]
star = [(1, v) for v in range(2, n + 1)]
names = list(range(1, n + 1))
random.shuffle(names)
dense = [(names[a], names[b]) for a, b in (sorted(random.sample(range(n), 2)) for _ in range(5000))]
tables = [down, up, star + [(v, n) for v in range(2, n)], dense, up + [(n, 1)], up + up, down + [(7, 7)]]
for i, table in enumerate(tables, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(table))
        for rule in table:
            io.input_writeln(rule)
