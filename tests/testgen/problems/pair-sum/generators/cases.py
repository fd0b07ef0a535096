from cyaron import *

for i in range(1, 51):
    n = randint(1, 12) if i <= 20 else randint(20, 3000)
    top = 5 if i % 3 == 0 else 100 if i % 3 == 1 else 1000000000
    a = [randint(-top, top) for _ in range(n)]
    t = choice(a) + choice(a) if i % 2 else randint(-2 * top, 2 * top)
    io = IO(file_prefix="pairs", data_id=i, disable_output=True)
    io.input_writeln(n, t)
    io.input_writeln(a)
    io.close()
