from cyaron import *

for i in range(1, 31):
    n = randint(1, 6)
    with IO(file_prefix="tiny", data_id=i, disable_output=True) as io:
        io.input_writeln(n, randint(-4, 4))
        io.input_writeln([randint(-3, 3) for _ in range(n)])
