from cyaron import *

for i in range(1, 51):
    n = randint(1, 10) if i < 15 else randint(11, 400) if i < 40 else randint(400, 2000)
    top = choice([3, 50, 10**5, 10**9])
    data = IO(file_prefix="sheets", data_id=i, disable_output=True)
    data.input_writeln(n)
    data.input_writeln([randint(1, top) for _ in range(n)])
    data.close()
