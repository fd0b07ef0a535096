from cyaron import *

for i in range(1, 26):
    n = randint(1, 5)
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln([randint(-3, 2) for _ in range(n)])
