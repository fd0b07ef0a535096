from cyaron import *

# always the same little list
for i in range(1, 21):
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(3)
        io.input_writeln([1, 2, 3])
