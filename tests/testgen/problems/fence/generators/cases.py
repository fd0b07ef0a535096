from cyaron import *

for i in range(1, 51):
    n = randint(1, 10) if i <= 25 else randint(11, 100)
    r = choice([2, 5, 100, 10**6])
    with IO(file_prefix="fence", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        for _ in range(n):
            io.input_writeln(randint(-r, r), randint(-r, r))
