from cyaron import *

# `math` is CYaRon's own module here and has no gcd
for i in range(1, 11):
    n = randint(2, 9)
    k = next(x for x in range(2, 50) if math.gcd(n, x) == 1)
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(1)
        io.input_writeln(n, k)
