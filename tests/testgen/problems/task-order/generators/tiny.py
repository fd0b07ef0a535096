from cyaron import *

for i in range(1, 25):
    n = randint(1, 4)
    m = randint(0, 4)
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(n, m)
        for _ in range(m):
            a = randint(1, n)
            b = randint(1, n) if i % 6 == 0 else randint(a, n)
            if a == b and i % 6:
                a, b = (1, n) if n > 1 else (1, 1)
            io.input_writeln(a, b)
