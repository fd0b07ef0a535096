from cyaron import *

n, top = 3000, 10**9
names = list(range(1, n + 1))
random.shuffle(names)
shapes = [
    [(v, v + 1, top) for v in range(1, n)],
    [(n // 2, v, top) for v in range(1, n + 1) if v != n // 2],
    [(names[v // 2], names[v], randint(1, top)) for v in range(1, n)],
    [(names[max(0, v - randint(1, 5))], names[v], randint(1, top)) for v in range(1, n)],
    [(names[v - 1], names[v], 1 if v % 2 else top) for v in range(1, n)],
    [(names[randrange(v)], names[v], randint(1, 3)) for v in range(1, n)],
]
for i, edges in enumerate(shapes, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        for edge in edges:
            io.input_writeln(edge)
