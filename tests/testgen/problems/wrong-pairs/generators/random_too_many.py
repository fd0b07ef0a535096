from cyaron import *

# k is drawn without a look at n
for i in range(1, 16):
    n = randint(1, 40)
    with IO(file_prefix="r", data_id=i, disable_output=True) as io:
        io.input_writeln(n, randint(0, 780))
