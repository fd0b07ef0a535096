from cyaron import *

n, m, top = 400, 3000, 10**9
chain = [(v, v + 1, top) for v in range(1, n)]
for i in range(1, 7):
    rows = chain[:]
    if i == 1:
        pass
    elif i == 2:
        rows = [(randint(1, n), randint(1, n), randint(1, top)) for _ in range(m)]
    elif i == 3:
        rows += [(randint(1, n), randint(1, n), top) for _ in range(m - len(rows))]
    elif i == 4:
        rows = [(randint(1, n - 1), randint(1, n - 1), 1) for _ in range(m)]
    elif i == 5:
        rows += [(1, v, top - v) for v in range(2, n + 1)] + [(v, v, 1) for v in range(1, n + 1)]
    else:
        rows += [(a, b, randint(1, 9)) for a, b in (random.sample(range(1, n + 1), 2) for _ in range(m - len(rows)))]
        random.shuffle(rows)
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(rows))
        for row in rows:
            io.input_writeln(row)
