from cyaron import *

for i in range(1, 51):
    n = randint(2, 8) if i <= 25 else randint(9, 200)
    m = randint(1, max(1, n // 2 + i % 5))
    rows = []
    for _ in range(m):
        a, b = randint(1, n), randint(1, n)
        if i % 2 and (a - b) % 2 == 0:
            b = a % n + 1 if a < n else a - 1
        rows.append((a, b))
    with IO(file_prefix="teams", data_id=i, disable_output=True) as io:
        io.input_writeln(n, m)
        for row in rows:
            io.input_writeln(row)
