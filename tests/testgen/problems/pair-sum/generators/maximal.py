from cyaron import *

N = 20000
V = 1000000000
plans = [
    (0, lambda: 0),
    (2 * V, lambda: V),
    (-2 * V, lambda: -V),
    (V, lambda: randint(-V, V)),
    (1, lambda: randint(0, 1)),
    (-1, lambda: randint(-4000, 4000)),
    (2 * V, lambda: choice([V, V - 1, -V])),
    (1777777777, lambda: choice([1000000000, 777777777, 999999999])),
]
for i, (t, make) in enumerate(plans, 1):
    io = IO(file_prefix="max", data_id=i, disable_output=True)
    io.input_writeln(N, t)
    io.input_writeln([make() for _ in range(N)])
    io.close()
