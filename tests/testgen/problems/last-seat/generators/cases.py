from cyaron import *

for i in range(1, 51):
    q = randint(1, 10)
    with IO(file_prefix="seat", data_id=i, disable_output=True) as io:
        io.input_writeln(q)
        for _ in range(q):
            n = randint(1, 12) if i <= 25 else randint(1, 500)
            io.input_writeln(n, randint(1, 2 * n) if i % 2 else randint(1, 10 ** randint(1, 9)))
