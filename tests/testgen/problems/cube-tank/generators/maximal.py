from cyaron import *

for i in range(1, 7):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(100)
        for _ in range(100):
            io.input_writeln(randint(0, 9) if i % 2 else randint(9 * 10**5, 10**6), randint(10**11, 10**12))
