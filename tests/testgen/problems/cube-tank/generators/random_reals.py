from cyaron import *

# reals where whole numbers are due
for i in range(1, 11):
    with IO(file_prefix="r", data_id=i, disable_output=True) as io:
        io.input_writeln(2)
        io.input_writeln(uniform(0, 10), uniform(0, 100))
        io.input_writeln(1, 2)
