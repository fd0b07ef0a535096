from cyaron import *

n = 1000
top = n * (n - 1) // 2
for i, k in enumerate([0, 1, n - 1, n, top // 2, top - 1, top, randint(0, top), randint(40000, 60000)], 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n, k)
