from cyaron import *

for i in range(1, 51):
    n = randint(1, 8) if i <= 25 else randint(9, 300)
    span = choice([10, 100, 10**9])
    width = max(1, span // choice([1, 3, 2 * n]))
    with IO(file_prefix="watch", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        for _ in range(n):
            l = randint(-span, span)
            io.input_writeln(l, randint(l, min(span, l + width)))
