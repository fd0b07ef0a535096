from cyaron import *

# does not sort the two ends
for i in range(1, 16):
    n = randint(1, 10)
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        for _ in range(n):
            io.input_writeln(randint(-20, 20), randint(-20, 20))
