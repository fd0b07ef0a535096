from cyaron import *

rows = [0, 1, 2, 3, 4, 8, 12, 15, 16, 23, 28, 31, 112, 199999, 200000, 199809, 131072, 196608, 114688, 65536]
for i, n in enumerate(rows, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
