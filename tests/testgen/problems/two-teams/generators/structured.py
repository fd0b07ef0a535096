from cyaron import *

# circles of even and of odd length, some far from child 1, some with trees at them
for i in range(1, 31):
    n = 0
    rows = []
    for _ in range(randint(1, 3)):
        k = 2 * randint(2, 12)
        rows += [(n + v, n + v % k + 1) for v in range(1, k + 1)]
        n += k
    if i % 2:
        k = 2 * randint(1, 12) + 1
        rows += [(n + v, n + v % k + 1) for v in range(1, k + 1)]
        n += k
    for _ in range(randint(0, 10)):
        n += 1
        rows.append((randint(1, n - 1), n))
    order = list(range(1, n + 1))
    if i % 3:
        random.shuffle(order)
    random.shuffle(rows)
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(rows))
        for a, b in rows:
            io.input_writeln(order[a - 1], order[b - 1])
