from cyaron import *

for i, k in enumerate([1, 2, 10**9, 5000, 4999, 999999937], 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(10)
        for j in range(10):
            io.input_writeln(5000 - j % 3, k)
