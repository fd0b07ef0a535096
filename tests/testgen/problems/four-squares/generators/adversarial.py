from cyaron import *

# 4^a (8b + 7) needs all four; powers of two have hardly any ways
for i in range(1, 16):
    n = 200001
    while n > 200000:
        n = 4 ** randint(0, 7) * (8 * randint(0, 25000 // 4 ** (i % 5)) + 7)
    with IO(file_prefix="a", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
