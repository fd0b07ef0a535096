from cyaron import *

# values are drawn with repetition
for i in range(1, 11):
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(4, randint(0, 20))
        io.input_writeln([v[0] for v in Vector.random(4, [(1, 3)], VectorRandomMode.repeatable)])
