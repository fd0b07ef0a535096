from cyaron import *

for i in range(1, 17):
    n = 2 * randint(1, 2)
    marks = [randint(0, 3) for _ in range(n)]
    marks[0] += (n // 2 - sum(marks)) % n
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln(marks)
