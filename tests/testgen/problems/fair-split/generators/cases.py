from cyaron import *

for i in range(1, 51):
    n = randint(2, 7) if i <= 25 else randint(8, 30)
    top = choice([5, 40, 300])
    with IO(file_prefix="coins", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln([randint(1, top) for _ in range(n)])
