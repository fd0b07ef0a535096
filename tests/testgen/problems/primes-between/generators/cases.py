from cyaron import *

for i in range(1, 51):
    l = randint(1, 30) if i <= 12 else randint(1, 3000) if i <= 35 else randint(1, 10 ** randint(4, 9) - 2001)
    with IO(file_prefix="window", data_id=i, disable_output=True) as io:
        io.input_writeln(l, l + randint(0, choice([3, 60, 700])))
