from cyaron import *

for i in range(1, 51):
    io = IO(file_prefix="pow", data_id=i, disable_output=True)
    if i <= 15:
        io.input_writeln(randint(0, 30), randint(0, 20), randint(1, 50))
    elif i <= 30:
        io.input_writeln(randint(0, 10**9), randint(0, 30), randint(1, 10**9))
    else:
        io.input_writeln(randint(0, 10**9), randint(0, 10**18), randint(1, 10**9))
    io.close()
