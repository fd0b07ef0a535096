from cyaron import *

for i in range(1, 51):
    n = i if i <= 10 else randint(11, 200)
    with IO(file_prefix="pile", data_id=i, disable_output=True) as io:
        io.input_writeln(n, randint(0, n * (n - 1) // 2))
