from cyaron import *

for i in range(1, 31):
    n = randint(1, 5)
    m = randint(0, 7)
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(n, m)
        for _ in range(m):
            io.input_writeln(randint(1, n), randint(1, n), randint(1, 4))
