from cyaron import *

for i in range(1, 51):
    io = IO(file_prefix="garden", data_id=i, disable_output=True)
    io.input_writeln(i if i <= 20 else randint(21, 200000))
    io.close()
