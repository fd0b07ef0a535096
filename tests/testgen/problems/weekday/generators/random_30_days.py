from cyaron import *

# some of these days do not exist
for i in range(1, 11):
    with IO(file_prefix="r", data_id=i, disable_output=True) as io:
        io.input_writeln(50)
        for _ in range(50):
            io.input_writeln(randint(1, 9999), randint(1, 12), randint(1, 31))
