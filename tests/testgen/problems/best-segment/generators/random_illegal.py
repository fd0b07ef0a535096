from cyaron import *

# forgets that a segment needs an hour: n may be 0 here
for i in range(1, 21):
    n = 0 if i % 2 else randint(1, 40)
    with IO(file_prefix="r", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln([randint(-20, 20) for _ in range(n)])
