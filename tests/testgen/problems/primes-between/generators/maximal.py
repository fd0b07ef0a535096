from cyaron import *

for i in range(1, 9):
    l = 10**9 - 2000 - (i - 1) * 1001
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(l, l + 2000)
