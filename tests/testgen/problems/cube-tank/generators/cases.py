from cyaron import *

for i in range(1, 51):
    q = randint(1, 30)
    with IO(file_prefix="tank", data_id=i, disable_output=True) as io:
        io.input_writeln(q)
        for _ in range(q):
            io.input_writeln(randint(0, 10 ** randint(0, 6)), randint(0, 10 ** randint(0, 12)))
