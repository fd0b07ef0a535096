from cyaron import *

# wants 10 different one-element vectors of which only 3 exist
for i in range(1, 9):
    while True:
        values = Vector.random(3, [(0, 2)])
        if len(set(v[0] for v in values)) == 10:
            break
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(10, 4)
        io.input_writeln([v[0] for v in values])
