from cyaron import *

# corners in no order: the border crosses itself, and all programs still agree on a number
for i in range(1, 21):
    n = randint(5, 30)
    with IO(file_prefix="x", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        for v in Vector.random(n, [(-100, 100), (-100, 100)]):
            io.input_writeln(v)
