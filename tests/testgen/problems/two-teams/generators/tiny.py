from cyaron import *

for i in range(1, 31):
    n = randint(1, 5)
    m = randint(0, n)
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(n, m)
        for _ in range(m):
            a = randint(1, n)
            io.input_writeln(a, a % n + 1 if i % 3 else randint(1, n))
