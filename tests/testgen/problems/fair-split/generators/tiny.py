from cyaron import *

for i in range(1, 31):
    n = randint(2, 5)
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln([randint(1, 6) for _ in range(n)])
