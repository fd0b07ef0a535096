from cyaron import *

for i in range(1, 51):
    n = randint(1, 12) if i <= 20 else randint(13, 800)
    top = choice([2, 9, 1000, 10**9])
    with IO(file_prefix="rise", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln([randint(-top, top) for _ in range(n)])
