from cyaron import *

# a heavy short arm against a light long one; brooms
for i in range(1, 19):
    k = randint(2, 40)
    edges = [(1, 2, 1)] + [(v, v + 1, 1) for v in range(2, k + 1)]
    n = k + 1
    for _ in range(randint(1, 9)):
        at = choice([1, 1, randint(1, n)])
        n += 1
        edges.append((at, n, randint(1, 10**5)))
    order = list(range(1, n + 1))
    if i % 2:
        random.shuffle(order)
    random.shuffle(edges)
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        for a, b, w in edges:
            io.input_writeln(order[a - 1], order[b - 1], w)
