from cyaron import *

for i in range(1, 31):
    io = IO(file_prefix="t", data_id=i, disable_output=True)
    io.input_writeln(String.random((1, 9), charset="ab"))
    io.close()
