from cyaron import *

# texts of length 0 are not allowed
for i in range(1, 11):
    with IO(file_prefix="e", data_id=i, disable_output=True) as io:
        io.input_writeln(2)
        io.input_writeln("")
        io.input_writeln("()" * i)
